import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { interruptBelow } from './interrupt.ts';

export type OnLine = (line: string, stream: 'stdout' | 'stderr') => void;

/** How a command ended. Exactly one of `code` and `signal` is set. */
export interface Outcome {
  readonly code: number | null;
  readonly signal: string | null;
  /** Ended by us: its wall clock ran out. */
  readonly timedOut: boolean;
  /** Ended by us: the caller asked for it. */
  readonly cancelled: boolean;
  /** It ran out of its CPU seconds. */
  readonly outOfCpu: boolean;
  /** It said, on failing, that memory could not be had, or the system killed it. A judgement from signs, not a certainty. */
  readonly outOfMemory: boolean;
  readonly wallMs: number;
}

export interface Supervised {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly wallMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly interrupt?: AbortSignal | undefined;
  readonly graceMs?: number | undefined;
}

/** A longer line is cut: one process must not fill another's memory with a line that never ends. */
const longestLine = 1024 * 1024;
const memorySigns = /\bMemoryError\b|Out of Memory Error|std::bad_alloc|Cannot allocate memory|failed to allocate/i;

/** Starts the command in a process group of its own, follows it, and leaves nothing of it behind. */
export function supervise(spec: Supervised, onLine: OnLine): Promise<Outcome> {
  const { argv, cwd, env, wallMs, signal, interrupt, graceMs = 0 } = spec;
  const [program, ...args] = argv;
  const start = performance.now();
  let timedOut = false;
  let cancelled = false;
  let memorySign = false;
  let started = false;
  const complaints: string[] = [];

  return new Promise((resolve, reject) => {
    const child = spawn(program!, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe', 'pipe'] });
    const kill = () => killGroup(child.pid);
    const timer = setTimeout(() => {
      timedOut = true;
      kill();
    }, wallMs);
    const cancel = () => {
      cancelled = true;
      kill();
    };
    let grace: NodeJS.Timeout | undefined;
    const ask = () => {
      cancelled = true;
      grace = setTimeout(kill, graceMs);
      // Before the command itself has begun there is nobody who would understand.
      if (started) interruptBelow(child.pid);
      else kill();
    };
    if (signal?.aborted) cancel();
    if (interrupt?.aborted) ask();
    signal?.addEventListener('abort', cancel, { once: true });
    interrupt?.addEventListener('abort', ask, { once: true });

    const hear = (stream: 'stdout' | 'stderr') => (line: string) => {
      memorySign ||= memorySigns.test(line);
      if (!started && stream === 'stderr' && complaints.length < 20) complaints.push(line);
      onLine(line, stream);
    };
    eachLine(child.stdout!, hear('stdout'));
    eachLine(child.stderr!, hear('stderr'));
    (child.stdio[3] as Readable).on('data', () => (started = true)).on('error', () => {});

    const settle = () => {
      clearTimeout(timer);
      clearTimeout(grace);
      signal?.removeEventListener('abort', cancel);
      interrupt?.removeEventListener('abort', ask);
    };
    child.once('error', (error) => {
      settle();
      reject(new Error(`cannot start ${program}: ${error.message}`));
    });
    // A grandchild that left the group may hold the pipes open: when the command is gone, so is what it started.
    child.once('exit', kill);
    child.once('close', (code, by) => {
      settle();
      if (!started && !timedOut && !cancelled)
        return reject(new Error(`the sandbox could not be set up (${by ?? code}): ${complaints.join(' ')}`));
      const end = ending(code, by);
      const byUs = timedOut || cancelled;
      const outOfCpu = !byUs && end.signal === 'SIGXCPU';
      const outOfMemory = !byUs && end.code !== 0 && (memorySign || end.signal === 'SIGKILL');
      resolve({ ...end, timedOut, cancelled, outOfCpu, outOfMemory, wallMs: Math.round(performance.now() - start) });
    });
  });
}

/** The wrappers report a signal as 128 + its number. */
function ending(code: number | null, signal: NodeJS.Signals | null): { code: number | null; signal: string | null } {
  if (signal) return { code: null, signal };
  const name =
    code !== null && code > 128
      ? Object.entries(constants.signals).find(([, number]) => number === code - 128)?.[0]
      : undefined;
  return name ? { code: null, signal: name } : { code, signal: null };
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // the whole group has ended already
  }
}

/** Not node:readline, which would gather an endless line whole. */
function eachLine(stream: Readable, onLine: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    for (const line of lines) onLine(line.slice(0, longestLine));
    if (rest.length > longestLine) rest = rest.slice(0, longestLine);
  });
  stream.on('end', () => rest && onLine(rest));
  stream.on('error', () => {});
}
