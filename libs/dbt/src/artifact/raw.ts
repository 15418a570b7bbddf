import { type Bounds, MemberReader } from './members.ts';
import { at, RefusedError } from './refusal.ts';

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

/** Takes members as they are read: what it does not keep is not in what is returned as a whole. */
export type Taker = (key: string, name: string, value: unknown, path: string) => 'kept' | 'taken' | 'passed over';

/** Puts a file's pieces together to its top level. */
export class RawReader implements RawArtifact {
  readonly top = emptyMap<unknown>();
  readonly duplicates: string[] = [];
  private readonly reader: MemberReader;
  /** Names of the members that were taken, by the key of their map. */
  private readonly taken = new Map<string, Set<string>>();

  constructor(bounds: Bounds, taker?: Taker) {
    const whole = (key: string, value: unknown, path: string): void => {
      if (key in this.top) this.duplicates.push(path);
      this.top[key] = value;
    };
    const open = (key: string, list: boolean): void => {
      if (this.taken.has(key)) throw new RefusedError('wrong_shape', at('$', key), 'the key stands twice at the top');
      this.top[key] = list ? [] : emptyMap();
    };
    const member = (key: string, name: string | number, value: unknown, path: string): void => {
      const container = this.top[key] as unknown[] | Record<string, unknown>;
      if (Array.isArray(container)) {
        container.push(value);
        return;
      }
      const taken = taker?.(key, name as string, value, path) ?? 'kept';
      if (taken === 'taken') this.note(key, name as string, path);
      if (taken !== 'kept') return;
      if (name in container) this.duplicates.push(path);
      container[name] = value;
    };
    this.reader = new MemberReader({ split: large, open, member, whole }, bounds);
  }

  /** @throws {RefusedError} */
  feed(piece: Uint8Array): void {
    this.reader.feed(piece);
  }

  /** @throws {RefusedError} */
  end(): RawArtifact {
    this.reader.end();
    return this;
  }

  private note(key: string, name: string, path: string): void {
    const names = this.taken.get(key) ?? new Set();
    if (names.size === 0) this.taken.set(key, names);
    if (names.has(name)) this.duplicates.push(path);
    names.add(name);
  }
}

export function emptyMap<T>(): Record<string, T> {
  return Object.create(null) as Record<string, T>;
}
