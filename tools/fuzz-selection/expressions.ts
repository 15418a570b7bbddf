import { NODE_SECTIONS, type IndirectSelection, type Manifest, type ManifestNode } from '@headgate/dbt';
import type { Random } from '../random.ts';

/** Everything of a project that an expression may name. */
export interface Vocabulary {
  readonly nodes: readonly ManifestNode[];
  readonly sources: readonly ManifestNode[];
  readonly files: readonly string[];
  readonly selectors: readonly string[];
}

export interface FuzzRequest {
  readonly select: readonly string[];
  readonly exclude: readonly string[];
  readonly selector: string | null;
  readonly state: string | null;
  readonly indirect_selection: IndirectSelection | null;
  readonly resource_types: readonly string[];
  readonly exclude_resource_types: readonly string[];
}

export function vocabularyOf(manifest: Manifest, files: readonly string[], selectors: readonly string[]): Vocabulary {
  const nodes = NODE_SECTIONS.filter((section) => section !== 'sources').flatMap((section) =>
    Object.values(manifest[section] ?? {}),
  );
  return { nodes, sources: Object.values(manifest.sources), files, selectors };
}

const TYPES = [
  'model',
  'test',
  'source',
  'seed',
  'snapshot',
  'exposure',
  'metric',
  'semantic_model',
  'saved_query',
  'unit_test',
  'function',
  'analysis',
];
const STATES = ['new', 'old', 'modified', 'unmodified', 'modified.body', 'modified.configs', 'modified.relation'];
const MORE_STATES = ['modified.persisted_descriptions', 'modified.macros', 'modified.contract'];
const STATUSES = ['success', 'error', 'fail', 'warn', 'pass', 'skipped', 'partial success', 'no-op', 'reused', 'bogus'];

type Bend = (random: Random, name: string, at: number) => string;

/** Ways to bend a name, with how often each is taken. */
const BENDS: readonly (readonly [number, Bend])[] = [
  [5, (_, name, at) => `${name.slice(0, at + 1)}*`],
  [2, (_, name, at) => `*${name.slice(at)}`],
  [2, (_, name, at) => `*${name.slice(at, at + 2)}*`],
  [2, (_, name, at) => `${name.slice(0, at)}?${name.slice(at + 1)}`],
  [1, (_, name, at) => `${name.slice(0, at)}[${name[at]}x]${name.slice(at + 1)}`],
  [2, (_, name, at) => `${name.slice(0, at)}[!${name[at]}]${name.slice(at + 1)}`],
  [2, (_, name, at) => `${name.slice(0, at)}[!x-z]${name.slice(at + 1)}`],
  [2, (_, name, at) => `${name.slice(0, at)}[a-m]*`],
  [1, (_, name, at) => `${name.slice(0, at)}[z-a${name[at]}]${name.slice(at + 1)}`],
  [0.5, (_, name, at) => `${name.slice(0, at)}[${name.slice(at)}`],
  [0.5, (_, name, at) => `[]${name[at]}]*`],
  [1, (_, name, at) => name.slice(0, at)],
  [1, (_, name) => name.toUpperCase()],
  [1, () => '*'],
  [1, (_, name) => `${name}.*`],
  [0.5, (_, name) => `${name}x`],
  [0.5, () => '**'],
];

function weighted<T>(random: Random, items: readonly (readonly [number, T])[]): T {
  let at = random.next() * items.reduce((sum, [weight]) => sum + weight, 0);
  return (items.find(([weight]) => (at -= weight) < 0) ?? items[0]!)[1];
}

/** Bends a name now and then: pieces of it, patterns over it, other case. */
export function bend(random: Random, name: string): string {
  if (random.chance(0.55) || name.length === 0) return name;
  return weighted(random, BENDS)(random, name, random.int(name.length));
}

type Draw = (random: Random, words: Vocabulary) => string;

function fqnOf(random: Random, node: ManifestNode): string {
  const parts = [...(node.fqn ?? [])];
  if (random.chance(0.3)) return node.name;
  if (node['version'] !== undefined && node['version'] !== null && random.chance(0.3))
    return `${node.name}_v${String(node['version'])}`;
  const from = random.pick([0, 1, parts.length - 1, parts.length - 2]);
  return parts.slice(Math.max(0, from), random.chance(0.8) ? undefined : -1).join('.');
}

/** A pattern without dots, which dbt also holds against the leaf alone. */
function leafPattern(random: Random, words: Vocabulary): string {
  const { name } = random.pick(words.nodes);
  return random.pick([
    `${name.slice(0, 1 + random.int(name.length))}*`,
    `[!${name[0]}]*`,
    `[a-m]*`,
    `${name.slice(0, -1)}?`,
  ]);
}

const LIKELY_KEYS = [
  'meta',
  'tags',
  'materialized',
  'enabled',
  'severity',
  'persist_docs',
  'contract',
  'group',
  'custom_key',
  'freshness',
];

function configWord(random: Random, words: Vocabulary): string {
  const node = random.pick([...words.nodes, ...words.sources]);
  const keys: string[] = [];
  let here: unknown = node.config;
  while (
    typeof here === 'object' &&
    here !== null &&
    !Array.isArray(here) &&
    (keys.length === 0 || random.chance(0.9))
  ) {
    const entries = Object.keys(here).filter((key) => /^\w+$/.test(key));
    if (entries.length === 0) break;
    const likely = entries.filter((key) => LIKELY_KEYS.includes(key));
    const key = random.chance(0.05)
      ? 'missing'
      : random.pick(likely.length > 0 && random.chance(0.8) ? likely : entries);
    keys.push(key);
    here = (here as Record<string, unknown>)[key];
  }
  const value = Array.isArray(here) && here.length > 0 ? random.pick(here as unknown[]) : here;
  const text = typeof value === 'object' ? 'none' : String(value);
  const bent = random.pick([text, text, text, text, text, text.toUpperCase(), 'true', 'false', '1', '']);
  return `config${keys.map((key) => `.${key}`).join('')}:${bent}`;
}

/** A value somewhere in the meta of some node, whatever its type. */
function metaWord(random: Random, words: Vocabulary): string {
  const metas = words.nodes.map((node) => node.config?.['meta']).filter((meta) => Object.keys(meta ?? {}).length > 0);
  if (metas.length === 0) return 'config.meta:none';
  const [key, value] = random.pick(Object.entries(random.pick(metas) as Record<string, unknown>));
  const told = Array.isArray(value) ? random.pick([...(value as unknown[]), 'none']) : value;
  return `config.meta.${key}:${typeof told === 'object' ? 'none' : String(told)}`;
}

function named(method: string, section: string): Draw {
  return (random, words) => {
    const fit = words.nodes.filter((node) => node.resource_type === section);
    const node = fit.length > 0 ? random.pick(fit) : random.pick(words.nodes);
    const name = random.chance(0.6) ? node.name : `${node.package_name}.${node.name}`;
    return `${method}:${random.chance(0.03) ? 'a.b.c.d' : bend(random, name)}`;
  };
}

function tagsOf(words: Vocabulary): string[] {
  const tags = [...words.nodes, ...words.sources].flatMap((node) => [...(node.tags ?? [])]);
  return tags.length > 0 ? tags : ['none'];
}

function pathWord(random: Random, words: Vocabulary): string {
  const node = random.pick([...words.nodes, ...words.sources]);
  const patch = typeof node['patch_path'] === 'string' ? node['patch_path'].split('://')[1] : undefined;
  const file = random.chance(0.2)
    ? random.pick(words.files)
    : random.pick([node.original_file_path, patch ?? node.original_file_path])!;
  const parts = file.split('/').filter((part) => part !== '');
  const cut = random.chance(0.5) ? parts : parts.slice(0, 1 + random.int(parts.length));
  const bent = cut
    .map((part) => (random.chance(0.12) ? random.pick(['*', '**', bend(random, part).replaceAll('**', '*')]) : part))
    .join('/');
  const path = random.pick([
    bent,
    bent,
    bent,
    `./${bent}`,
    `${bent}/`,
    `${bent}/*`,
    `**/${parts.at(-1)}`,
    `${cut[0]}/../${bent}`,
  ]);
  return random.chance(0.7) || !path.includes('/') ? `path:${path}` : path;
}

/** Every method, with how often it is drawn. */
export const DRAWS: readonly (readonly [number, Draw])[] = [
  [6, (random, words) => bend(random, fqnOf(random, random.pick(words.nodes)))],
  [3, leafPattern],
  [1, (random, words) => `fqn:${bend(random, fqnOf(random, random.pick(words.nodes)))}`],
  [3, (random, words) => `tag:${bend(random, random.pick(tagsOf(words)))}`],
  [1, (random) => `group:${bend(random, random.pick(['finance', 'growth']))}`],
  [1, (random) => `access:${random.pick(['public', 'protected', 'private', 'p*'])}`],
  [3, sourceWord],
  [3, pathWord],
  [1, (random, words) => fileWord(random, random.pick([...words.nodes, ...words.sources]))],
  [1, (random) => `package:${bend(random, random.pick(['shop', 'pkg', 'this']))}`],
  [5, configWord],
  [3, metaWord],
  [1, (random) => `test_name:${bend(random, random.pick(['not_null', 'unique', 'is_small', 'unit_0']))}`],
  [
    1,
    (random) =>
      `test_type:${random.chance(0.05) ? 'bogus' : random.pick(['generic', 'singular', 'data', 'unit', 'schema', 'sing', 't', ''])}`,
  ],
  [1, (random) => `resource_type:${random.chance(0.04) ? 'bogus' : random.pick([...TYPES, 'operation'])}`],
  [
    10,
    (random) =>
      `state:${random.chance(0.02) ? 'bogus' : random.pick([...STATES, ...MORE_STATES, 'modified', 'modified', 'modified', 'modified.macros', 'unmodified'])}`,
  ],
  [3, (random) => `result:${random.pick(STATUSES)}`],
  [4, (random) => `source_status:${random.chance(0.9) ? 'fresher' : 'stale'}`],
  [2, (random) => `version:${random.chance(0.05) ? 'v1' : random.pick(['latest', 'prerelease', 'old', 'none'])}`],
  [1, named('exposure', 'exposure')],
  [1, named('metric', 'metric')],
  [1, named('semantic_model', 'semantic_model')],
  [1, named('saved_query', 'saved_query')],
  [1, named('unit_test', 'unit_test')],
  [1, selectorWord],
  [
    0.4,
    (random) =>
      random.pick([
        '',
        ':',
        'x:',
        ':x',
        'nope:x',
        'tag',
        '@',
        '+',
        '++',
        'tag.x:nightly',
        'config:x',
        'a\nb',
        '1+',
        '+3',
        'fqn:',
        'Tag:x',
        'state.x:new',
        '@@x',
      ]),
  ],
];

function selectorWord(random: Random, words: Vocabulary): string {
  // without selectors it is always the same error
  if (words.selectors.length === 0 && random.chance(0.97)) return fqnOf(random, random.pick(words.nodes));
  return `selector:${bend(random, words.selectors.length > 0 ? random.pick(words.selectors) : 'none')}`;
}

function sourceWord(random: Random, words: Vocabulary): string {
  if (words.sources.length === 0) return 'source:none';
  const node = random.pick(words.sources);
  const parts = [node.package_name, String(node['source_name']), node.name];
  const cut = random.pick([parts, parts.slice(1), parts.slice(1, 2)]).map((part) => bend(random, part));
  return `source:${cut.join('.')}`;
}

function fileWord(random: Random, node: ManifestNode): string {
  const name = (node.original_file_path ?? '').split('/').at(-1) ?? '';
  const bent = bend(random, random.chance(0.5) ? name : name.replace(/\.\w+$/, ''));
  return random.chance(0.6) ? `file:${bent}` : bent;
}

/** One word: a method and value, between graph operators. */
export function drawWord(random: Random, words: Vocabulary): string {
  const draw = words.selectors.length > 0 && random.chance(0.33) ? selectorWord : weighted(random, DRAWS);
  const core = draw(random, words);
  const before = random.chance(0.55) ? '' : weighted(random, BEFORE);
  const after = random.chance(0.55) ? '' : weighted(random, AFTER);
  // the two together are an error, which is worth a few cases only
  return before.startsWith('@') && random.chance(0.95) ? before + core : before + core + after;
}

const BEFORE: readonly (readonly [number, string])[] = [
  ...([
    [4, '+'],
    [3, '1+'],
    [2, '2+'],
    [1, '0+'],
    [0.5, '12+'],
    [5, '@'],
    [0.5, '@+'],
    [0.3, '@1+'],
    [0.2, '-1+'],
    [0.2, '++'],
  ] as const),
];
const AFTER: readonly (readonly [number, string])[] = [
  ...([
    [4, '+'],
    [4, '+1'],
    [2, '+2'],
    [1, '+0'],
    [0.5, '+12'],
    [0.2, '++'],
    [0.2, '+1+'],
  ] as const),
];

function drawItem(random: Random, words: Vocabulary): string {
  const parts = Array.from({ length: random.chance(0.85) ? 1 : random.pick([2, 2, 3]) }, () => drawWord(random, words));
  return parts.join(random.chance(0.97) ? ',' : ', ');
}

export function drawRequest(random: Random, words: Vocabulary, states: readonly string[]): FuzzRequest {
  const items = (count: number) => Array.from({ length: count }, () => drawItem(random, words));
  const mode = random.pick([null, null, 'eager', 'cautious', 'cautious', 'buildable', 'buildable', 'empty'] as const);
  // tests that wait for the rest of what they test are where set operations become subtle
  const isSubtle = mode === 'cautious' || mode === 'buildable';
  const exclude = items(random.pick(isSubtle ? [0, 0, 1, 1, 2] : [0, 0, 0, 0, 0, 1]));
  const select = items(random.pick([0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 3]));
  if (random.chance(0.1)) select.splice(0, 2, select.slice(0, 2).join(random.chance(0.9) ? ' ' : '  '));
  const hasSelector = words.selectors.length > 0 && random.chance(0.2);
  return {
    select: hasSelector && random.chance(0.8) ? [] : select,
    exclude: hasSelector && random.chance(0.8) ? [] : exclude,
    selector: hasSelector ? (random.chance(0.03) ? 'nope' : random.pick(words.selectors)) : null,
    state: random.chance(0.97) ? (random.chance(0.7) ? states[0]! : random.pick(states)) : null,
    indirect_selection: mode,
    resource_types: random.chance(0.08) ? random.sample([...TYPES, 'all', 'default'], 2) : [],
    exclude_resource_types: random.chance(0.05) ? random.sample(TYPES, 2) : [],
  };
}
