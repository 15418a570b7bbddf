import { hashOf } from '@headgate/contracts';
import { findNode, type Manifest, type Results } from '@headgate/dbt';
import type { EnvironmentState } from './environment-state.ts';
import { carriesVerdict, isPathSeed } from './parts.ts';

/** What a node reads, directly or through ephemeral models: sources, and what is built itself. Sorted. */
function read(manifest: Manifest, id: string): { readonly sources: string[]; readonly parents: string[] } {
  const [sources, parents]: [string[], string[]] = [[], []];
  const seen = new Set<string>([id]);
  const stack = [id];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    for (const input of findNode(manifest, at)?.node.depends_on?.nodes ?? []) {
      const node = findNode(manifest, input)?.node;
      if (!node || seen.has(input)) continue;
      seen.add(input);
      if (node.resource_type === 'source') sources.push(input);
      else if (carriesVerdict(node)) parents.push(input);
      else stack.push(input);
    }
  }
  return { sources: sources.sort(), parents: parents.sort() };
}

/** Ids of the sources that a node reads directly or through ephemeral models, sorted. */
export function dataInputs(manifest: Manifest, id: string): readonly string[] {
  return read(manifest, id).sources;
}

/** What is built itself and read by a node, directly or through ephemeral models, sorted; none for a unit test. */
export function builtInputs(manifest: Manifest, id: string): readonly string[] {
  return findNode(manifest, id)?.node.resource_type === 'unit_test' ? [] : read(manifest, id).parents;
}

/**
 * Data that the manifest says nothing about: sources read, the content of a large seed, what a snapshot looks at.
 * `files`: seeds whose file was hashed, of which the manifest's part says enough.
 */
export function lookedAt(manifest: Manifest, id: string, files: Readonly<Record<string, string>>): readonly string[] {
  const node = findNode(manifest, id)?.node;
  if (!node || !carriesVerdict(node) || node.resource_type === 'unit_test') return [];
  // A snapshot compares its input with its past every time: only a version of that input can say "nothing new".
  const own = (isPathSeed(node) && files[id] === undefined) || node.resource_type === 'snapshot' ? [id] : [];
  return [...own, ...dataInputs(manifest, id)].sort();
}

/** The version of all data that went into a relation, as far as somebody looked; undefined when nobody did. */
export function versionOf(data: Readonly<Record<string, string>> | undefined): string | undefined {
  return data && Object.keys(data).length > 0 ? hashOf(data) : undefined;
}

/** Source id → version of its data as dbt's freshness saw it; null for a source that dbt could not ask. */
export function sourceLooks(freshness: Results): Readonly<Record<string, string | null>> {
  const found: Record<string, string | null> = {};
  for (const { unique_id: id, status, ...row } of freshness.results) {
    const loaded = row['max_loaded_at'];
    const isKnown = status !== 'runtime error' && typeof loaded === 'string' && loaded !== '';
    if (id !== '') found[id] = isKnown ? loaded : null;
  }
  return found;
}

/** The same, without what dbt could not ask. */
export function sourceVersions(freshness: Results): Readonly<Record<string, string>> {
  const looks = Object.entries(sourceLooks(freshness));
  return Object.fromEntries(looks.filter((look): look is [string, string] => look[1] !== null));
}

/** What somebody saw last of a source, and when: ms since 1970. */
export interface SourceLook {
  readonly source: string;
  readonly version: string;
  readonly lookedAt: number;
}

/**
 * The versions that looks vouch for as those of now. A look that came before something was built from the source says
 * nothing of what was loaded since: then nobody knows.
 */
export function versionsSince(
  looks: readonly SourceLook[],
  manifest: Manifest,
  { nodes }: EnvironmentState,
): Readonly<Record<string, string>> {
  const read = new Map<string, number>();
  for (const [id, { built }] of Object.entries(nodes)) {
    if (!built || !findNode(manifest, id)) continue;
    const at = built.finishedAt === null ? NaN : Date.parse(built.finishedAt);
    for (const source of dataInputs(manifest, id))
      read.set(source, Math.max(read.get(source) ?? -Infinity, Number.isNaN(at) ? Infinity : at));
  }
  const counts = ({ source, lookedAt }: SourceLook): boolean => lookedAt >= (read.get(source) ?? -Infinity);
  return Object.fromEntries(looks.filter(counts).map(({ source, version }) => [source, version]));
}

/**
 * The versions that something built by the invocation of a manifest read at least: none when dbt looked at the sources
 * after that invocation began, or nobody knows. What is loaded in between only makes the next plan run more.
 */
export function versionsBefore(freshness: Results, { metadata }: Manifest): Readonly<Record<string, string>> {
  const [looked, began] = [freshness.metadata['generated_at'], metadata.generated_at].map((time) =>
    typeof time === 'string' ? Date.parse(time) : NaN,
  ) as [number, number];
  return looked <= began ? sourceVersions(freshness) : {};
}
