import type { JsonValue } from '../state/json.ts';

/** Every method of `method:value`; `selector` is one only since 1.12. */
export const METHODS = [
  'fqn',
  'tag',
  'group',
  'access',
  'source',
  'path',
  'file',
  'package',
  'config',
  'test_name',
  'test_type',
  'resource_type',
  'state',
  'exposure',
  'metric',
  'result',
  'source_status',
  'version',
  'semantic_model',
  'saved_query',
  'unit_test',
  'selector',
] as const;

export type MethodName = (typeof METHODS)[number];

/** When a test that was not selected itself comes along with what it tests. */
export const INDIRECT_SELECTIONS = ['eager', 'cautious', 'buildable', 'empty'] as const;

export type IndirectSelection = (typeof INDIRECT_SELECTIONS)[number];

/** One `method:value` with its graph operators. */
export interface Criterion {
  readonly op: 'criterion';
  /** As written: a word of the command line, or a definition of selectors.yml. */
  readonly raw: JsonValue;
  readonly method: MethodName;
  /** What stands after the method's first dot: `config.meta.tier` → `['meta', 'tier']`. */
  readonly methodArguments: readonly string[];
  /** A string, unless selectors.yml says otherwise. */
  readonly value: JsonValue;
  readonly childrensParents: boolean;
  /** How many steps up: 0 is none, Infinity is all. */
  readonly parents: number;
  readonly children: number;
  readonly indirectSelection: IndirectSelection;
}

/** A set operation over selections. */
export interface Group {
  readonly op: 'union' | 'intersection' | 'difference';
  readonly components: readonly Spec[];
  readonly indirectSelection: IndirectSelection;
  /** Whether dbt warns when nothing matches. */
  readonly expectExists: boolean;
  readonly raw: JsonValue;
}

export type Spec = Criterion | Group;

export function group(op: Group['op'], components: readonly Spec[], rest: Partial<Group> = {}): Group {
  return { op, components, indirectSelection: 'eager', expectExists: false, raw: null, ...rest };
}
