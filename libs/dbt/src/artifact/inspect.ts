import type { Manifest, ManifestNode } from '../manifest.ts';
import type { ArtifactKind } from './claimed.ts';
import type { Artifact } from './read.ts';
import { at, type ArtifactWarning } from './refusal.ts';
import { isExecution, type Results, whichOf } from './results.ts';

/** What `headgate inspect` prints for one artifact that was taken. */
export interface Inspection {
  readonly file: string;
  readonly kind: ArtifactKind;
  readonly schemaVersion: string | null;
  readonly dbtVersion: string | null;
  readonly adapter: string | null;
  /** Manifest: nodes by resource type, and each named map's length. Results: rows, and rows by status. Catalog: tables and columns. */
  readonly counts: Readonly<Record<string, number>>;
  /** Distinct pairs (node, node it depends on) with both ends enabled in the file. */
  readonly edges: number;
  /** Distinct pairs whose other end is not enabled in the file. */
  readonly danglingEdges: number;
  readonly warnings: readonly ArtifactWarning[];
}

/** The maps whose members can stand at either end of an edge. */
export const graphMaps = [
  'nodes',
  'sources',
  'exposures',
  'metrics',
  'semantic_models',
  'saved_queries',
  'unit_tests',
  'functions',
] as const;

const namedMaps = {
  source: 'sources',
  exposure: 'exposures',
  metric: 'metrics',
  macro: 'macros',
  group: 'groups',
  semantic_model: 'semantic_models',
  saved_query: 'saved_queries',
  unit_test: 'unit_tests',
} as const;

const mostWarnings = 100;

export function inspect(artifact: Artifact): Inspection {
  const { file, kind, claim } = artifact;
  const found = findings(artifact);
  const warnings = [...artifact.warnings, ...found.warnings];
  const cut = warnings.length - mostWarnings;
  if (cut > 0) warnings.splice(mostWarnings, cut, { code: 'more_warnings', path: '$', message: `${cut} more` });
  return {
    file,
    kind,
    schemaVersion: claim.schemaVersion,
    dbtVersion: claim.dbtVersion,
    adapter: claim.adapter,
    counts: found.counts,
    edges: found.edges,
    danglingEdges: found.danglingEdges,
    warnings,
  };
}

type Findings = Pick<Inspection, 'counts' | 'edges' | 'danglingEdges'> & { warnings: ArtifactWarning[] };

function findings(artifact: Artifact): Findings {
  switch (artifact.kind) {
    case 'manifest':
      return manifestFindings(artifact.manifest, artifact.disabledLength);
    case 'catalog': {
      const { nodes, sources } = artifact.catalog;
      const tables = [...Object.values(nodes), ...Object.values(sources)];
      const column = tables.reduce((n, table) => n + Object.keys(table.columns).length, 0);
      const warnings = tables.length
        ? []
        : [
            {
              code: 'empty_catalog',
              path: '$.nodes',
              message: 'no relation is described; that does not mean they were dropped',
            },
          ];
      return {
        counts: { node: Object.keys(nodes).length, source: Object.keys(sources).length, column },
        edges: 0,
        danglingEdges: 0,
        warnings,
      };
    }
    case 'run_results':
      return resultFindings(artifact.runResults);
    case 'sources':
      return resultFindings(artifact.freshness);
  }
}

function manifestFindings(manifest: Manifest, disabled: number): Findings {
  const counts: Record<string, number> = {};
  for (const id in manifest.nodes) {
    const type = (manifest.nodes[id] as ManifestNode).resource_type;
    counts[type] = (counts[type] ?? 0) + 1;
  }
  for (const [type, key] of Object.entries(namedMaps))
    counts[type] = (counts[type] ?? 0) + Object.keys(manifest[key]).length;
  counts['disabled'] = disabled;
  const functions = Object.keys(manifest.functions).length;
  if (functions > 0) counts['function'] = (counts['function'] ?? 0) + functions;
  return { counts, ...edgeFindings(manifest) };
}

function edgeFindings(manifest: Manifest): Omit<Findings, 'counts'> {
  const warnings: ArtifactWarning[] = [];
  let edges = 0;
  let danglingEdges = 0;
  for (const key of graphMaps) {
    const map = manifest[key];
    for (const id in map) {
      const parents = (map[id] as ManifestNode).depends_on?.nodes ?? [];
      new Set(parents).forEach((parent) => {
        if (isEnabled(manifest, parent)) return edges++;
        danglingEdges++;
        const path = at(`${at(`$.${key}`, id)}.depends_on.nodes`, parents.indexOf(parent));
        const why = parent in manifest.disabled ? 'is disabled' : 'is not in the file';
        return warnings.push({ code: 'dangling_edge', path, message: `${parent.slice(0, 200)} ${why}` });
      });
    }
  }
  return { edges, danglingEdges, warnings };
}

/** Whether a unique_id names something enabled in this manifest. */
export function isEnabled(manifest: Manifest, id: string): boolean {
  return graphMaps.some((key) => id in manifest[key]);
}

function resultFindings(results: Results): Findings {
  const counts: Record<string, number> = { result: results.results.length };
  for (const { status } of results.results) if (status !== 'result') counts[status] = (counts[status] ?? 0) + 1;
  const warnings: ArtifactWarning[] = [];
  if (!isExecution(results)) {
    warnings.push({
      code: 'not_an_execution',
      path: '$.args.which',
      message: `written by "${whichOf(results)}": its statuses say nothing about builds`,
    });
  }
  return { counts, edges: 0, danglingEdges: 0, warnings };
}
