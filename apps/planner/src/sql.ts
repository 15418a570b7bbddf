import type { Manifest } from '@headgate/dbt';
import type { PrintQuery } from '@headgate/plans';

/**
 * What reads the compiled SQL of a manifest; undefined where there is none, or in a dialect that nobody reads. The parser
 * is loaded when it is first needed: it takes as much memory as all else of the service.
 */
export async function readerOfSql(manifest: Manifest): Promise<PrintQuery | undefined> {
  const compiled = Object.values(manifest.nodes).some((node) => typeof node['compiled_code'] === 'string');
  if (!compiled) return undefined;
  const { queryPrinter } = await import('@headgate/lineage/engine');
  return queryPrinter(manifest.metadata.adapter_type);
}
