import { asManifest, type Recording } from './recorded.ts';

type Json = Record<string, unknown>;

export interface Project {
  /** Own macros: id after `macro.` → text. */
  readonly macros?: Readonly<Record<string, string>>;
  readonly nodes?: Readonly<Record<string, (node: Json) => void>>;
  readonly hooks?: readonly string[];
  readonly version?: string;
  /** Nobody wrote down which variables the nodes read. */
  readonly unrecorded?: boolean;
}

/** The recorded project with macros of its own, nodes that are built otherwise, and on-run hooks. */
export function projectOf(
  recorded: Recording,
  { macros = {}, nodes = {}, hooks = [], version, unrecorded }: Project,
): ReturnType<typeof asManifest> {
  const copy = structuredClone(recorded.manifest) as unknown as Record<'nodes' | 'macros' | 'metadata', Json>;
  for (const [id, macro_sql] of Object.entries(macros)) {
    const [package_name, name] = id.split('.');
    const own = { unique_id: `macro.${id}`, name, package_name, macro_sql, original_file_path: 'macros/own.sql' };
    copy.macros[`macro.${id}`] = { ...own, depends_on: { macros: [] } };
  }
  if (!unrecorded) for (const node of Object.values(copy.nodes)) (node as Json)['headgate_reads'] ??= {};
  for (const [id, change] of Object.entries(nodes)) change(copy.nodes[`model.jaffle.${id}`] as Json);
  for (const [i, raw_code] of hooks.entries()) {
    const unique_id = `operation.jaffle.jaffle-on-run-start-${i}`;
    const own = { unique_id, raw_code, resource_type: 'operation', package_name: 'jaffle', name: unique_id };
    copy.nodes[unique_id] = { ...own, fqn: ['jaffle'], config: {}, depends_on: { macros: [], nodes: [] } };
  }
  if (version !== undefined) copy.metadata['dbt_version'] = version;
  return asManifest(copy);
}
