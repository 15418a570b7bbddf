import { sha256 } from '@headgate/contracts';
import { macroClosure, type MacroEntry, type Manifest, type ManifestNode } from '@headgate/dbt';
import { macroWords, type MacroWords } from './macro-words.ts';

/** Macros of a manifest, told apart by who wrote them; `own` are all that are not dbt's or its adapter's. */
export interface MacroBook {
  readonly own: readonly string[];
  readonly isEngine: (id: string) => boolean;
  /** Names that several packages define for some adapter: `dispatch` in dbt_project.yml decides, which no manifest shows. */
  readonly contested: ReadonlySet<string>;
  /** All that some macros reach, sorted. */
  readonly closure: (roots: Iterable<string>) => readonly MacroEntry[];
  /** Own macros that texts may call; all of them where a text works a name out. */
  readonly named: (texts: Iterable<string>) => readonly string[];
  readonly reaches: Map<string, readonly MacroEntry[]>;
  /** Of nodes: reading their code takes longer than all else. */
  readonly namedBy: WeakMap<ManifestNode, readonly string[]>;
}

const books = new WeakMap<Manifest, MacroBook>();

export function macroBook(manifest: Manifest): MacroBook {
  const known = books.get(manifest);
  if (known) return known;
  const book = newBook(manifest);
  books.set(manifest, book);
  return book;
}

/** Adapters whose macros are dispatched to those of another one first. */
const parents: Readonly<Record<string, string>> = {
  redshift: 'postgres',
  databricks: 'spark',
  synapse: 'fabric',
  sqlserver: 'fabric',
};

/** The name of a macro without the prefix of the adapter that it is meant for. */
export function bareName(name: string): string {
  const at = name.indexOf('__');
  return at > 0 ? name.slice(at + 2) : name;
}

function newBook(manifest: Manifest): MacroBook {
  const adapter = String(manifest.metadata.adapter_type);
  const engine = new Set(['dbt', `dbt_${adapter}`, `dbt_${parents[adapter] ?? adapter}`]);
  const isEngine = (id: string): boolean => engine.has(id.split('.')[1] ?? '');
  const own = Object.keys(manifest.macros).filter((id) => !isEngine(id));
  const byName = new Map<string, string[]>();
  for (const id of own) {
    const name = nameOf(id);
    for (const key of new Set([name, bareName(name)])) byName.set(key, [...(byName.get(key) ?? []), id]);
  }
  const packages = new Set(own.map((id) => id.split('.')[1] as string));
  const called = ({ words, computed }: MacroWords): readonly string[] =>
    computed ? own : [...words].flatMap((word) => byName.get(word) ?? []);
  const calls = memoised((id) => {
    const macro = manifest.macros[id];
    const declared = (macro?.depends_on?.macros ?? []).filter((one): one is string => one !== null);
    return isEngine(id) || !macro ? declared : [...declared, ...called(macroWords([macro.macro_sql], packages))];
  });
  const sqlOf = memoised((id) => (manifest.macros[id] ? sha256(manifest.macros[id].macro_sql) : null));
  const closure = (roots: Iterable<string>): readonly MacroEntry[] =>
    [...reached(roots, calls)].sort().map((id) => ({ id, sql: sqlOf(id) }));
  const named = (texts: Iterable<string>): readonly string[] =>
    own.length === 0 ? [] : called(macroWords(texts, packages));
  return {
    own,
    isEngine,
    contested: contestedNames(manifest, isEngine),
    closure,
    named,
    reaches: new Map(),
    namedBy: new WeakMap(),
  };
}

/** What stands in the root project comes before all else by itself; among packages only `dispatch` decides. */
function contestedNames(manifest: Manifest, isEngine: (id: string) => boolean): ReadonlySet<string> {
  const packages = new Map<string, Set<string>>();
  for (const id of Object.keys(manifest.macros)) {
    const name = nameOf(id);
    if (bareName(name) === name) continue;
    const of = isEngine(id) ? 'dbt' : (id.split('.')[1] as string);
    packages.set(bareName(name), (packages.get(bareName(name)) ?? new Set<string>()).add(of));
  }
  const root = manifest.metadata.project_name;
  const isOpen = (of: ReadonlySet<string>): boolean =>
    of.size > 1 && [...of].some((one) => one !== 'dbt' && one !== root);
  return new Set([...packages].flatMap(([name, of]) => (isOpen(of) ? [name] : [])));
}

export function isContested(manifest: Manifest, id: string): boolean {
  return macroBook(manifest).contested.has(bareName(nameOf(id)));
}

export function nameOf(macro: string): string {
  return macro.slice(macro.lastIndexOf('.') + 1);
}

function memoised<T>(work: (id: string) => T): (id: string) => T {
  const known = new Map<string, T>();
  return (id) => {
    if (!known.has(id)) known.set(id, work(id));
    return known.get(id) as T;
  };
}

function reached(roots: Iterable<string>, next: (id: string) => readonly string[]): ReadonlySet<string> {
  const found = new Set(roots);
  for (const id of found) for (const other of next(id)) found.add(other);
  return found;
}

/** Configuration that holds code. */
const codeKeys = ['pre-hook', 'post-hook', 'pre_hook', 'post_hook', 'sql_header'];

/** Code of a node: its text, its hooks and its header. */
export function codeOf(node: ManifestNode): readonly string[] {
  const code = node['raw_code'] ?? node['raw_sql'];
  const hooks = codeKeys.flatMap((key) => [node.config?.[key] ?? []].flat(2));
  const texts = hooks.map((hook) =>
    typeof hook === 'object' && hook !== null ? (hook as { sql?: unknown }).sql : hook,
  );
  return [code, ...texts].filter((text) => typeof text === 'string');
}

/**
 * Every macro that a node may call, sorted by id: those that dbt saw it call, own ones that its code names (dbt does not
 * see a call in a branch that it did not take), and all that these reach. Where a name is worked out at run time,
 * that may be any of the project's.
 */
export function macroReach(manifest: Manifest, node: ManifestNode): readonly MacroEntry[] {
  const book = macroBook(manifest);
  let named = book.namedBy.get(node);
  if (!named) book.namedBy.set(node, (named = book.own.length === 0 ? [] : book.named(codeOf(node))));
  const key = [node.resource_type, ...(node.depends_on?.macros ?? []), '', ...named].join('\n');
  let all = book.reaches.get(key);
  if (all) return all;
  const seen = macroClosure(manifest, node).map(({ id }) => id);
  book.reaches.set(key, (all = book.closure([...seen, ...named])));
  return all;
}
