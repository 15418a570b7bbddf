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

interface Raw {
  readonly info?: { readonly name?: string; readonly level?: string; readonly msg?: string; readonly ts?: string };
  readonly data?: {
    readonly node_info?: {
      readonly unique_id?: string;
      readonly node_status?: string;
      readonly node_started_at?: string;
      readonly node_finished_at?: string;
      readonly node_relation?: { readonly relation_name?: string };
    };
    readonly execution_time?: number;
    readonly status?: string;
    readonly run_result?: {
      readonly message?: string;
      readonly adapter_response?: { readonly rows_affected?: unknown };
    };
  };
}

/** Statuses in which dbt is not done with a node yet. */
const underway = new Set(['started', 'compiling', 'executing']);

/** Reads one line that dbt printed with `--log-format json`; anything else is a line of plain text. Pure but for `now`. */
export function readLogLine(line: string, now: () => string): LogLine {
  const raw = parsed(line);
  const { info, data } = raw ?? {};
  if (!info?.msg && !info?.name) return { at: now(), level: 'info', text: plain(line) };
  const node = data?.node_info?.unique_id;
  return {
    at: instant(info.ts) ?? now(),
    level: info.level ?? 'info',
    text: plain(info.msg ?? ''),
    ...(info.name && { event: info.name }),
    ...(node && { node }),
    ...progressOf(data),
  };
}

function progressOf(data: Raw['data']): { progress?: NodeProgress } {
  const info = data?.node_info;
  if (!info?.unique_id || !info.node_status || info.node_status === 'None') return {};
  const isDone = !underway.has(info.node_status);
  const rows = data?.run_result?.adapter_response?.rows_affected;
  const seconds = data?.execution_time;
  const startedAt = instant(info.node_started_at);
  const finishedAt = isDone ? instant(info.node_finished_at) : undefined;
  const relation = info.node_relation?.relation_name;
  const message = data?.run_result?.message;
  return {
    progress: {
      status: info.node_status,
      ...(startedAt && { startedAt }),
      ...(finishedAt && { finishedAt }),
      ...(isDone && typeof seconds === 'number' && { durationMs: Math.round(seconds * 1000) }),
      ...(typeof rows === 'number' && { rows }),
      ...(relation && { relation }),
      ...(message && { message: plain(message) }),
    },
  };
}

function parsed(line: string): Raw | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Raw;
  } catch {
    return undefined;
  }
}

/** dbt writes its own times in UTC, some of them without saying so. */
function instant(text: string | undefined): string | undefined {
  if (!text) return undefined;
  const time = new Date(/[Z+]/.test(text.slice(10)) ? text : `${text}Z`);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}

/** Without colours, and without NUL, which Postgres cannot keep. */
const plain = (text: string): string => text.replaceAll(/\u001b\[[0-9;]*m|\u0000/g, '').slice(0, 20_000);
