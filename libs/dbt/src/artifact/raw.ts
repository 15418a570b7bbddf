import { type Bounds, visitMembers } from './members.ts';

/** A file's top level, before anyone knows which artifact it is. Maps have no prototype: `nodes['toString']` is absent. */
export interface RawArtifact {
  readonly top: Record<string, unknown>;
  /** Keys seen twice, by path: the last one won. */
  readonly duplicates: readonly string[];
}

/** Everything that may hold thousands of members in any artifact of any version. */
const large = new Set([
  'nodes',
  'sources',
  'macros',
  'docs',
  'exposures',
  'metrics',
  'groups',
  'semantic_models',
  'saved_queries',
  'unit_tests',
  'functions',
  'disabled',
  'selectors',
  'results',
  'parent_map',
  'child_map',
]);

export function readRaw(bytes: Uint8Array, bounds?: Bounds): RawArtifact {
  const top = emptyMap<unknown>();
  const duplicates: string[] = [];
  visitMembers(
    bytes,
    {
      split: large,
      skip: new Set(),
      open: (key, list) => {
        top[key] = list ? [] : emptyMap();
      },
      member: (key, name, value, path) => {
        const container = top[key] as unknown[] | Record<string, unknown>;
        if (Array.isArray(container)) container.push(value);
        else {
          if (name in container) duplicates.push(path);
          container[name] = value;
        }
      },
      whole: (key, value, path) => {
        if (key in top) duplicates.push(path);
        top[key] = value;
      },
    },
    bounds,
  );
  return { top, duplicates };
}

export function emptyMap<T>(): Record<string, T> {
  return Object.create(null) as Record<string, T>;
}
