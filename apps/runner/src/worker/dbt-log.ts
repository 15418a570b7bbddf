import { isUnderway } from '../run-progress.ts';

/** A line of dbt's log, and what it says of a node. */
export interface LogLine {
  readonly at: string;
  readonly level: string;
  readonly text: string;
  readonly event?: string;
  readonly node?: string;
  readonly progress?: NodeProgress;
}

export interface NodeProgress {
  readonly status: string;
  readonly startedAt?: string;
  readonly finishedAt?: string;
  readonly durationMs?: number;
  readonly rows?: number;
  readonly relation?: string;
  readonly message?: string;
}

const longestText = 20_000;
const longestName = 1_000;

/**
 * Reads one line that dbt printed with `--log-format json`; anything else is a line of plain text. Macros can print what
 * they like, also what looks like dbt's own, so nothing is taken to be of the type that dbt would give it. Pure but for `now`.
 */
export function readLogLine(line: string, now: () => string): LogLine {
  const { info, data } = fieldsOf(parsed(line));
  const { msg, name, level, ts } = fieldsOf(info);
  const event = textOf(name, longestName);
  if (typeof msg !== 'string' && !event) return { at: now(), level: 'info', text: plain(line, longestText) };
  const node = textOf(fieldsOf(fieldsOf(data)['node_info'])['unique_id'], longestName);
  return {
    at: instant(ts) ?? now(),
    level: textOf(level, 20) ?? 'info',
    text: textOf(msg, longestText) ?? '',
    ...(event && { event }),
    ...(node && { node, ...progressOf(fieldsOf(data), event, instant(ts)) }),
  };
}

/** Of a unit test dbt says the outcome beside the node only, whose own state it leaves open. */
function outcomeBeside(data: Fields, event: string | undefined, status = 'None'): string | undefined {
  const isOpen = status === 'None' || status === '' || isUnderway(status);
  return event === 'LogTestResult' && isOpen ? textOf(data['status'], longestName) : undefined;
}

function progressOf(data: Fields, event?: string, at?: string): { progress?: NodeProgress } {
  const info = fieldsOf(data['node_info']);
  const result = fieldsOf(data['run_result']);
  const own = textOf(info['node_status'], longestName);
  const beside = outcomeBeside(data, event, own);
  const status = beside ?? own;
  // Each batch of a microbatch model tells its own beginning and end as if they were the model's.
  if (!status || status === 'None' || event?.includes('Batch')) return {};
  const isDone = !isUnderway(status);
  const rows = fieldsOf(result['adapter_response'])['rows_affected'];
  const seconds = data['execution_time'];
  const durationMs = typeof seconds === 'number' ? Math.round(seconds * 1000) : undefined;
  const startedAt = instant(info['node_started_at']);
  const finishedAt = isDone ? (instant(info['node_finished_at']) ?? (beside && at)) : undefined;
  const relation = textOf(fieldsOf(info['node_relation'])['relation_name'], longestName);
  const message = textOf(result['message'], longestText);
  return {
    progress: {
      status,
      ...(startedAt && { startedAt }),
      ...(finishedAt && { finishedAt }),
      ...(isDone && Number.isSafeInteger(durationMs) && { durationMs: durationMs! }),
      ...(Number.isSafeInteger(rows) && { rows: rows as number }),
      ...(relation && { relation }),
      ...(message && { message }),
    },
  };
}

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});

const textOf = (value: unknown, longest: number): string | undefined =>
  typeof value === 'string' ? plain(value, longest) : undefined;

function parsed(line: string): unknown {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** The same line with `change` made to whatever in it is text and not a time or a state. */
export function eachText({ progress, ...line }: LogLine, change: (text: string) => string): LogLine {
  const changed = <T extends object>(of: T): T => {
    const texts = Object.entries(of).filter(([key, value]) => wordy.has(key) && typeof value === 'string');
    return { ...of, ...Object.fromEntries(texts.map(([key, value]) => [key, change(value as string)])) };
  };
  return { ...changed(line), ...(progress && { progress: changed(progress) }) };
}

const wordy = new Set<string>(['text', 'event', 'node', 'message', 'relation']);

/** dbt writes its own times in UTC, some of them without saying so. Years of four digits, as Postgres reads them. */
function instant(text: unknown): string | undefined {
  if (typeof text !== 'string' || !/^[1-9]\d{3}-/.test(text)) return undefined;
  const time = new Date(/[Z+]/.test(text.slice(10)) ? text : `${text}Z`);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}

/** Without colours, and without NUL and halves of characters, which Postgres cannot keep. */
const plain = (text: string, longest: number): string =>
  text
    .replaceAll(/\u001b\[[0-9;]*m|\u0000/g, '')
    .slice(0, longest)
    .toWellFormed();
