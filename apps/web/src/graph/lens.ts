import type { Colours } from './style.ts';

/** What a lens may look at. */
export interface LensNode {
  id: string;
  type: string;
  materialization?: string | undefined;
  owner?: string | undefined;
  status?: { status: string; finishedAt?: string | undefined; durationMs?: number | undefined } | undefined;
}
/** One answer of a lens: its word in the legend and the table, and the colour of its mark. */
export interface LensKey {
  key: string;
  word: string;
  colour: keyof Colours;
}
export interface Lens {
  name: LensName;
  /** The question it answers, as the table's head has it. */
  word: string;
  keys: readonly LensKey[];
  /** The place in `keys`. */
  of: (node: LensNode) => number;
}
export type LensName = (typeof lenses)[number][0];

/** Name in the address, word. */
export const lenses = [
  ['type', 'Kind'],
  ['status', 'Last run'],
  ['age', 'Last built'],
  ['built', 'Built as'],
  ['owner', 'Owner'],
  ['verdict', 'Newest plan'],
  ['change', 'Changes'],
] as const;

const key = (name: string, word: string, colour: keyof Colours): LensKey => ({ key: name, word, colour });

/** A lens from its answers; what is none of them is the last. */
function lens(name: LensName, keys: LensKey[], answer: (node: LensNode) => string | undefined): Lens {
  const places = new Map(keys.map((one, place) => [one.key, place]));
  const word = lenses.find(([one]) => one === name)![1];
  return { name, word, keys, of: (node) => places.get(answer(node) ?? '') ?? keys.length - 1 };
}

const kindKeys = [
  ...[key('model', 'model', 'water'), key('source', 'source', 'ok'), key('seed', 'seed', 'amber')],
  ...[key('snapshot', 'snapshot', 'violet'), key('', 'other', 'skip')],
];
export const byKind = (): Lens => lens('type', kindKeys, ({ type }) => type);

const good = new Set(['success', 'pass', 'succeeded']);
const outcome: Record<string, string> = {
  ...{
    success: 'good',
    pass: 'good',
    error: 'bad',
    fail: 'bad',
    'runtime error': 'bad',
    interrupted: 'bad',
    warn: 'warn',
  },
  ...{ skipped: 'skipped', running: 'going', started: 'going', compiling: 'going' },
};
/** @param statusOf the outcome of a node, where it does not bring its own */
export function byStatus(statusOf: (node: LensNode) => LensNode['status'] = ({ status }) => status): Lens {
  const keys = [
    ...[key('good', 'succeeded', 'ok'), key('bad', 'failed', 'bad'), key('warn', 'warned', 'amber')],
    ...[key('going', 'running', 'water'), key('skipped', 'skipped', 'skip'), key('', 'not run', 'line')],
  ];
  return lens('status', keys, (node) => outcome[statusOf(node)?.status ?? '']);
}

const hourMs = 3_600_000;
/** How long ago a node was built. @param now milliseconds */
export function byAge(now: number, statusOf: (node: LensNode) => LensNode['status'] = ({ status }) => status): Lens {
  const keys = [
    ...[key('day', 'within a day', 'ok'), key('week', 'within a week', 'amber'), key('old', 'longer ago', 'bad')],
    ...[key('', 'not known to be built', 'line')],
  ];
  return lens('age', keys, (node) => {
    const status = statusOf(node);
    if (!status?.finishedAt || !good.has(status.status)) return undefined;
    const age = now - Date.parse(status.finishedAt);
    return age < 24 * hourMs ? 'day' : age < 7 * 24 * hourMs ? 'week' : 'old';
  });
}

const palette = ['water', 'violet', 'amber', 'ok', 'ink3'] as const;
/** A lens over words that are not known before: the commonest have colours, the rest share one. */
function byWord(
  name: LensName,
  none: string,
  nodes: Iterable<LensNode>,
  wordOf: (node: LensNode) => string | undefined,
) {
  const many = new Map<string, number>();
  for (const node of nodes) {
    const word = wordOf(node);
    if (word) many.set(word, (many.get(word) ?? 0) + 1);
  }
  const words = [...many].sort(([one, a], [other, b]) => b - a || (one < other ? -1 : 1)).map(([word]) => word);
  const keys = words.slice(0, palette.length).map((word, place) => key(word, word, palette[place]!));
  const others = words.length - keys.length;
  if (others > 0) keys.push(key('\0others', `${others} others`, 'skip'));
  keys.push(key('', none, 'line'));
  const shown = new Set(keys.map((one) => one.key));
  return lens(name, keys, (node) => {
    const word = wordOf(node);
    return !word || shown.has(word) ? word : '\0others';
  });
}
export const byMaterialization = (nodes: Iterable<LensNode>): Lens =>
  byWord('built', 'not built', nodes, ({ materialization }) => materialization);
export const byOwner = (nodes: Iterable<LensNode>): Lens => byWord('owner', 'no owner', nodes, ({ owner }) => owner);

/** @param verdicts id → verdict of the newest plan */
export function byVerdict(verdicts: ReadonlyMap<string, string>): Lens {
  const keys = [
    ...[key('RUN', 'run', 'water'), key('PARTIAL', 'partial', 'violet'), key('SKIP', 'skip', 'skip')],
    ...[key('', 'not planned', 'line')],
  ];
  return lens('verdict', keys, ({ id }) => verdicts.get(id));
}

/** @param changes id → what happened to it since the other snapshot */
export function byChange(changes: ReadonlyMap<string, string>): Lens {
  const keys = [
    ...[key('added', 'added', 'ok'), key('changed', 'changed', 'amber'), key('removed', 'removed', 'bad')],
    ...[key('', 'same', 'line')],
  ];
  return lens('change', keys, ({ id }) => changes.get(id));
}

/** The answers that these nodes give, with how many give each; answers that nobody gives are left out. */
export function legendOf({ keys, of }: Lens, nodes: Iterable<LensNode>): (LensKey & { count: number })[] {
  const counts = keys.map(() => 0);
  for (const node of nodes) counts[of(node)]! += 1;
  return keys.flatMap((one, place) => (counts[place]! > 0 ? [{ ...one, count: counts[place]! }] : []));
}
