import { hashOf } from '@headgate/contracts';
import { findNode, type Manifest, type ManifestNode } from '@headgate/dbt';
import type { QueryRule } from './environment-state.ts';
import { machineryOf } from './machinery.ts';
import { isContested, macroReach } from './macro-reach.ts';
import { carriesVerdict, readsOf } from './parts.ts';

/** What the compiled SQL of a node is, before anybody has read it. */
export interface Compiled {
  readonly sql: string;
  /** Hash of the SQL with relations under the ids of their nodes: equal in every environment. */
  readonly text: string;
  readonly settings: string;
  /** Why the query does not tell what the node holds; null when it may. */
  readonly rule: QueryRule | null;
  /** It compiles to other SQL by itself: a difference in it alone says nothing. */
  readonly fickle: boolean;
  /** It may read variables that do not show in its SQL, and nobody recorded which: they count as changed. */
  readonly unrecorded: boolean;
  /** Hash of the contract that is enforced; empty for none. */
  readonly contract: string;
}

/** What a node reads as relations: direct inputs, and those of ephemeral models among them. */
export function relationsRead(manifest: Manifest, id: string): readonly string[] {
  const found = new Set<string>();
  const stack = [id];
  const seen = new Set(stack);
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    for (const input of findNode(manifest, at)?.node.depends_on?.nodes ?? []) {
      const node = findNode(manifest, input)?.node;
      if (!node || seen.has(input)) continue;
      seen.add(input);
      if (node.config?.['materialized'] === 'ephemeral') stack.push(input);
      else found.add(input);
    }
  }
  return [...found].sort();
}

/** Reads a node's compiled SQL off the manifest; null where there is none, or where it is no query. */
export function compiledOf(manifest: Manifest, id: string): Compiled | null {
  const node = manifest.nodes[id];
  const sql = node && (node['compiled_code'] ?? node['compiled_sql']);
  if (!node || typeof sql !== 'string' || sql.trim() === '' || !carriesVerdict(node)) return null;
  if (!['model', 'snapshot', 'test'].includes(node.resource_type)) return null;
  const inputs = relationsRead(manifest, id);
  const { enforced, checksum } = (node['contract'] ?? {}) as { enforced?: unknown; checksum?: unknown };
  const rule = ruleOf(manifest, node, sql, inputs);
  return {
    sql,
    text: hashOf(invariant(manifest, [id, ...inputs], sql)),
    settings: hashOf(settings(node)),
    rule,
    fickle: isFickle(manifest, node),
    unrecorded: rule !== null && rule !== 'hidden_input' && !readsOf(node) && readsVariables(manifest, node),
    contract: enforced === true ? hashOf(checksum ?? null) : '',
  };
}

function ruleOf(manifest: Manifest, node: ManifestNode, sql: string, inputs: readonly string[]): QueryRule | null {
  const config = node.config ?? {};
  const { materialized } = config;
  if (node['language'] === 'python') return 'python';
  if (hooked(config)) return 'hooks';
  if (config['sql_header']) return 'sql_header';
  if (node.resource_type === 'model' && materialized === 'incremental') return 'incremental';
  if (node.resource_type === 'model' && materialized !== 'table' && materialized !== 'view') return 'materialization';
  if (machineryOf(manifest, node)?.replaced) return 'materialization';
  if (node.resource_type === 'test' && (config['store_failures'] || config['store_failures_as']))
    return 'stored_failures';
  if (mentions(manifest, node, introspection)) return 'introspective';
  const plain = withoutComments(sql);
  const seen = (input: string): boolean => {
    const name = findNode(manifest, input)?.node['relation_name'];
    return typeof name === 'string' && plain.includes(name);
  };
  return inputs.every(seen) ? null : 'hidden_input';
}

const hookKeys = ['pre-hook', 'post-hook', 'pre_hook', 'post_hook'];

function hooked(config: Readonly<Record<string, unknown>>): boolean {
  return hookKeys.some((key) => {
    const hooks = config[key];
    return Array.isArray(hooks) ? hooks.length > 0 : Boolean(hooks);
  });
}

/** Code that looks at the warehouse, or at the invocation, while it compiles: its text of today is not that of the run. */
const introspection =
  /\b(run_query|load_result|load_relation|load_cached_relation|statement|graph|selected_resources|invocation_id|run_started_at|modules|invocation_args_dict|flags)\b|\badapter\s*\.\s*(?!dispatch\b|quote\b)/;
const environment = /\b(var|env_var|target|builtins|context)\b/;
/** The same where variables are recorded, and compared as a part of their own. */
const unrecordedEnvironment = /\b(target|builtins|context)\b/;

/** Whether a pattern stands in a node's code or in a macro that it reaches. */
function mentions(manifest: Manifest, node: ManifestNode, pattern: RegExp): boolean {
  const raw = node['raw_code'] ?? node['raw_sql'];
  if (typeof raw === 'string' && pattern.test(raw)) return true;
  const reach = macroReach(manifest, node);
  const known = answers.get(reach) ?? new Map<string, boolean>();
  answers.set(reach, known);
  let answer = known.get(pattern.source);
  if (answer === undefined) {
    const texts = reach.map(({ id }) => !settled.has(id) && manifest.macros[id]?.macro_sql);
    known.set(pattern.source, (answer = texts.some((text) => typeof text === 'string' && pattern.test(text))));
  }
  return answer;
}

// What these look at is settled elsewhere: by the materialization, and by the rule `stored_failures`.
const settled: ReadonlySet<string> = new Set(['macro.dbt.is_incremental', 'macro.dbt.should_store_failures']);

// Most nodes reach the same few macros, and share one list of them.
const answers = new WeakMap<readonly object[], Map<string, boolean>>();

/** An incremental model compiles to one of its branches; what looks at the invocation, to something new each time. */
function isFickle(manifest: Manifest, node: ManifestNode): boolean {
  const moves = node.config?.['materialized'] === 'incremental' || mentions(manifest, node, introspection);
  if (!moves) return false;
  if (readsOf(node)) return !mentions(manifest, node, unrecordedEnvironment);
  const contested = macroReach(manifest, node).some(({ id }) => isContested(manifest, id));
  return !contested && !mentions(manifest, node, environment);
}

const variable = /\b(var|env_var)\s*\(/;

function readsVariables(manifest: Manifest, node: ManifestNode): boolean {
  const config = node.config ?? {};
  const around = [...hookKeys, 'sql_header'].map((key) => JSON.stringify(config[key] ?? ''));
  const built = machineryOf(manifest, node)?.own ?? [];
  if (built.some((id) => isContested(manifest, id))) return true;
  const texts = [...around, ...built.map((id) => manifest.macros[id]?.macro_sql ?? '')];
  return texts.some((text) => variable.test(text)) || mentions(manifest, node, variable);
}

function withoutComments(sql: string): string {
  return sql.replace(/--[^\n]*/g, ' ').replace(/\/\*[\s\S]*?\*\//g, ' ');
}

function invariant(manifest: Manifest, ids: readonly string[], sql: string): string {
  const names = ids.flatMap((id): [string, string][] => {
    const name = findNode(manifest, id)?.node['relation_name'];
    return typeof name === 'string' && name !== '' ? [[name, id]] : [];
  });
  names.sort(([a], [b]) => b.length - a.length || (a < b ? -1 : 1));
  return names.reduce((text, [name, id]) => text.replaceAll(name, () => `{${id}}`), sql.trim());
}

/** Configuration that names a place, or that no warehouse sees. */
const elsewhere = new Set([
  'database',
  'schema',
  'alias',
  'target_database',
  'target_schema',
  'tags',
  'meta',
  'group',
  'docs',
  'enabled',
  'access',
  'packages',
  'description',
  'grants',
  'persist_docs',
  'quoting',
  'freshness',
]);

function settings(node: ManifestNode): object {
  const entries = Object.entries(node.config ?? {}).filter(([key, value]) => !elsewhere.has(key) && !isEmpty(value));
  return Object.fromEntries(entries);
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || (typeof value === 'object' && Object.keys(value).length === 0);
}

/** Nodes by the parts of their relation's name in lower case, joined by a NUL. */
export function relationNames(manifest: Manifest): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const section of [manifest.nodes, manifest.sources] as Readonly<Record<string, ManifestNode>>[]) {
    for (const [id, node] of Object.entries(section)) {
      const name = node['relation_name'];
      if (typeof name !== 'string' || !['model', 'seed', 'snapshot', 'source'].includes(node.resource_type)) continue;
      const key = nameParts(name).join('\u0000');
      found.set(key, [...(found.get(key) ?? []), id]);
    }
  }
  return found;
}

function nameParts(name: string): readonly string[] {
  const parts = name.match(/"[^"]*"|`[^`]*`|\[[^\]]*\]|[^.]+/g) ?? [];
  return parts.flatMap((part) => {
    const bare = part.replace(/^["`[]|["`\]]$/g, '').toLowerCase();
    return part.startsWith('`') ? bare.split('.') : [bare];
  });
}
