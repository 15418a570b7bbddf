import { hashOf } from '@headgate/contracts';
import type { Manifest, ManifestNode } from '@headgate/dbt';
import type { ManifestEvidence } from './evidence.ts';
import { find } from './identity.ts';
import type { Built } from './machinery.ts';

/*
 * Which compiled queries may vouch for what a node holds, worked out once more from the rules, not from the builder.
 */

export interface Query {
  readonly sql: string;
  readonly text: string;
  readonly settings: string;
  /** The rule that keeps the query from vouching; null for none. */
  readonly closed: string | null;
  /** Compiles to something else by itself, and to nothing that a variable decides. */
  readonly restless: boolean;
  /** Variables may matter that the SQL does not show, and the manifest does not tell them. */
  readonly untold: boolean;
  readonly contract: string;
}

const looksAround = [
  'run_query',
  'load_result',
  'load_relation',
  'load_cached_relation',
  'statement',
  'graph',
  'selected_resources',
  'invocation_id',
  'run_started_at',
  'modules',
  'invocation_args_dict',
  'flags',
];
const surroundings = ['var', 'env_var', 'target', 'builtins', 'context'];

// Other rules speak for what these look at.
const spoken = ['macro.dbt.is_incremental', 'macro.dbt.should_store_failures'];

interface Of {
  readonly manifest: Manifest;
  readonly node: ManifestNode;
  readonly macros: readonly string[];
  readonly built: Built | null;
}

/** Relations that stand behind a node's inputs; an ephemeral model is looked through. */
export function behind(manifest: Manifest, id: string, seen = new Set<string>()): Set<string> {
  const found = new Set<string>();
  for (const input of find(manifest, id)?.node.depends_on?.nodes ?? []) {
    const node = find(manifest, input)?.node;
    if (!node || seen.has(input) || input === id) continue;
    seen.add(input);
    if (node.config?.['materialized'] !== 'ephemeral') found.add(input);
    else for (const further of behind(manifest, input, seen)) found.add(further);
  }
  return found;
}

export function queryOf(now: ManifestEvidence, id: string): Query | null {
  const { manifest, calls } = now;
  const macros = now.reach(id).ids.filter((one) => !spoken.includes(one));
  const built = now.builtWith(id);
  const node = manifest.nodes[id];
  if (!node || !['model', 'snapshot', 'test'].includes(node.resource_type)) return null;
  const sql = node['compiled_code'] ?? node['compiled_sql'];
  if (typeof sql !== 'string' || sql.trim().length === 0) return null;
  const inputs = [...behind(manifest, id)];
  const contract = node['contract'] as { enforced?: unknown; checksum?: unknown } | undefined;
  const of: Of = { manifest, node, macros, built };
  const undecided = (ids: readonly string[]): boolean => ids.some((one) => calls.isUndecided(one));
  const closed = closedBy(of, sql, inputs);
  const told = typeof node['headgate_reads'] === 'object' && node['headgate_reads'] !== null;
  return {
    sql,
    text: hashOf(placeless(manifest, [id, ...inputs], sql)),
    settings: hashOf(rendered(node)),
    closed,
    untold: !told && closed !== null && closed !== 'hidden_input' && (variables(of) || undecided(built?.others ?? [])),
    restless:
      (incremental(node) || says(of, looksAround, true)) &&
      (told || !undecided(macros)) &&
      !says(of, told ? surroundings.filter((word) => !word.endsWith('var')) : surroundings, false),
    contract: contract?.enforced === true ? hashOf(contract.checksum ?? null) : '',
  };
}

function closedBy(of: Of, sql: string, inputs: readonly string[]): string | null {
  const { manifest, node } = of;
  const config = node.config ?? {};
  const model = node.resource_type === 'model';
  const hooks = ['pre-hook', 'post-hook', 'pre_hook', 'post_hook'].map((key) => config[key]);
  const bare = sql.replaceAll(/--.*/g, ' ').replaceAll(/\/\*[^]*?\*\//g, ' ');
  const unnamed = inputs.some((input) => {
    const relation = find(manifest, input)?.node['relation_name'];
    return typeof relation !== 'string' || bare.indexOf(relation) === -1;
  });
  const rules: readonly (readonly [string, boolean])[] = [
    ['python', node['language'] === 'python'],
    ['hooks', hooks.some((hook) => (Array.isArray(hook) ? hook.length > 0 : Boolean(hook)))],
    ['sql_header', Boolean(config['sql_header'])],
    ['incremental', model && incremental(node)],
    ['materialization', model && !['table', 'view'].includes(String(config['materialized']))],
    ['materialization', of.built?.ownWay === true],
    [
      'stored_failures',
      node.resource_type === 'test' && Boolean(config['store_failures'] || config['store_failures_as']),
    ],
    ['introspective', says(of, looksAround, true)],
    ['hidden_input', unnamed],
  ];
  return rules.find(([, holds]) => holds)?.[0] ?? null;
}

/** Whether a call of `var` or `env_var` stands in a node's code, around it, or in a macro it reaches. */
function variables({ manifest, node, macros, built }: Of): boolean {
  const { config = {} } = node;
  const around = ['pre-hook', 'post-hook', 'pre_hook', 'post_hook', 'sql_header'].map((key) => config[key]);
  const texts = [
    node['raw_code'] ?? node['raw_sql'],
    ...[...macros, ...(built?.others ?? [])].map((id) => manifest.macros[id]?.macro_sql),
  ];
  const all = [...texts, ...around].map((value) => (typeof value === 'string' ? value : JSON.stringify(value ?? '')));
  return all.some((text) => /\b(?:env_)?var\s*\(/.test(text));
}

function incremental(node: ManifestNode): boolean {
  return node.config?.['materialized'] === 'incremental';
}

/** Whether one of the words stands in the node's code or in a macro it reaches; `adapter`: or a call of the adapter's. */
function says({ manifest, node, macros }: Of, words: readonly string[], adapter: boolean): boolean {
  const pattern = new RegExp(
    `\\b(${words.join('|')})\\b${adapter ? '|\\badapter\\s*\\.\\s*(?!dispatch\\b|quote\\b)' : ''}`,
  );
  const texts = [node['raw_code'] ?? node['raw_sql'], ...macros.map((id) => manifest.macros[id]?.macro_sql)];
  return texts.some((text) => typeof text === 'string' && pattern.test(text));
}

/** The SQL with every relation under its node's id, longest names first. */
function placeless(manifest: Manifest, ids: readonly string[], sql: string): string {
  const named = ids
    .map((id) => ({ id, name: find(manifest, id)?.node['relation_name'] }))
    .filter((one): one is { id: string; name: string } => typeof one.name === 'string' && one.name.length > 0);
  named.sort((a, b) => b.name.length - a.name.length || (a.name < b.name ? -1 : 1));
  let text = sql.trim();
  for (const { id, name } of named) text = text.split(name).join(`{${id}}`);
  return text;
}

const noMatter = [
  ...['database', 'schema', 'alias', 'target_database', 'target_schema', 'quoting'],
  ...[
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
    'freshness',
  ],
];

function rendered(node: ManifestNode): object {
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(node.config ?? {})) {
    const empty =
      value === null || value === undefined || (typeof value === 'object' && Object.keys(value).length === 0);
    if (!empty && !noMatter.includes(key)) kept[key] = value;
  }
  return kept;
}

/** Ids by the name of their relation, its parts in lower case with a NUL between. */
export function byRelation(manifest: Manifest): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const all = [...Object.values(manifest.nodes), ...Object.values(manifest.sources)] as ManifestNode[];
  for (const { unique_id: id, resource_type: type, relation_name: name } of all) {
    if (typeof name !== 'string' || !['model', 'seed', 'snapshot', 'source'].includes(type)) continue;
    const parts: string[] = [];
    for (const match of name.matchAll(/"([^"]*)"|`([^`]*)`|\[([^\]]*)\]|([^.]+)/g)) {
      const [, double, back, square, plain] = match;
      if (back !== undefined) parts.push(...back.toLowerCase().split('.'));
      else parts.push((double ?? square ?? plain ?? '').toLowerCase());
    }
    const key = parts.join('\u0000');
    const ids = found.get(key);
    if (ids) ids.push(id);
    else found.set(key, [id]);
  }
  return found;
}
