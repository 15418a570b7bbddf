import type { ManifestNode } from '../../manifest.ts';
import { NODE_SECTIONS, type NodeSection } from '../../state/kinds.ts';
import type { ComparisonFlags } from '../../state/parts.ts';
import type { NodeSet, Project } from '../project.ts';
import type { ProjectFiles } from '../project-files.ts';
import type { Selectors } from '../selectors-file.ts';
import type { Criterion, Spec } from '../spec.ts';
import type { PreviousState, SourceFreshness } from '../previous-state.ts';

/** Everything that a method may look at. */
export interface MethodContext {
  readonly project: Project;
  readonly files: () => ProjectFiles;
  readonly selectors: Selectors;
  readonly previous: PreviousState | undefined;
  /** The current `target/sources.json`, for `source_status:`. */
  readonly freshness: SourceFreshness | undefined;
  readonly flags: ComparisonFlags;
  /** Runs a whole selection, filters and all, for `selector:`. */
  readonly selectNested: (spec: Spec, name: string) => NodeSet;
  /** What dbt would tell on the way. */
  readonly warn: (warning: string) => void;
}

/** A method marks the nodes that its value matches. */
export type Method = (context: MethodContext, criterion: Criterion) => NodeSet;

/** Marks the nodes of some sections, or of all, for which the test holds. */
export function mark(
  { project }: MethodContext,
  sections: readonly NodeSection[] | 'all',
  test: (node: ManifestNode, id: string, index: number) => boolean,
): NodeSet {
  const wanted = NODE_SECTIONS.map((name) => sections === 'all' || sections.includes(name));
  const set = new Uint8Array(project.size);
  for (let i = 0; i < project.size; i++) {
    if (wanted[project.sections[i]!] && test(project.nodes[i]!, project.ids[i]!, i)) set[i] = 1;
  }
  return set;
}
