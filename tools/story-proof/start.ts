// `npm start` as somebody in a terminal runs it: a process of its own, of which only the lines and the end are seen.
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { spawnBound } from '../process/bound-child.js';
import { installs, pathsIn, workspace } from '../start/paths.js';

/** A bound on hanging, not on speed: the machine may be busy with other things. */
export const patienceMs = 600_000;

export interface Started {
  readonly npm: ChildProcess;
  readonly lines: string[];
  /** The first line that matches, also one from before. Rejects when the process ends, or hangs, without it. */
  readonly line: (pattern: RegExp) => Promise<string>;
  /** Its exit code, or the name of the signal that ended it. */
  readonly end: Promise<number | NodeJS.Signals>;
}

/** Where the states of a test run lie: below the checkout, and swept by the next run should this one be killed. */
export function scratchFolder(): string {
  const ours = tmpdir();
  if (ours.startsWith(installs.root)) return ours;
  const folder = join(installs.root, 'tmp', `test-${process.pid}-story`);
  mkdirSync(folder, { recursive: true });
  return folder;
}

export const newState = (name: string): string => mkdtempSync(join(scratchFolder(), `${name}-`));

/** @param through a program, with its arguments, that runs npm in its place */
export function npmStart(state: string, options: string[] = [], through: string[] = []): Started {
  const [command, ...rest] = [...through, 'npm', 'start', '--', '--state', state, ...options];
  const npm = spawnBound(command!, rest, { cwd: workspace, stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  const watchers = new Set<() => void>();
  const hear = (line: string) => {
    lines.push(line);
    for (const watcher of watchers) watcher();
  };
  createInterface({ input: npm.stdout! }).on('line', hear);
  createInterface({ input: npm.stderr! }).on('line', hear);
  const end = new Promise<number | NodeJS.Signals>((resolve, reject) => {
    npm.once('error', reject);
    // With its output: whoever waits for the end wants to read all of it.
    npm.once('close', (code, signal) => resolve(code ?? signal!));
  });
  const line = (pattern: RegExp) =>
    new Promise<string>((resolve, reject) => {
      const said = () => `while waiting for ${pattern}; it said:\n${lines.join('\n')}`;
      const timer = setTimeout(() => done(() => reject(new Error(`nothing happened ${said()}`))), patienceMs);
      const done = (settle: () => void) => {
        clearTimeout(timer);
        watchers.delete(look);
        settle();
      };
      const look = () => {
        const found = lines.find((one) => pattern.test(one));
        if (found !== undefined) done(() => resolve(found));
      };
      watchers.add(look);
      void end.then((how) => done(() => reject(new Error(`npm start ended (${how}) ${said()}`))));
      look();
    });
  return { npm, lines, line, end };
}

/** The process that holds the state folder's lock, which is the launcher itself. */
export function launcherOf(state: string): number {
  return (JSON.parse(readFileSync(pathsIn(state).lock, 'utf8')) as { holder: { pid: number } }).holder.pid;
}

export interface Relation {
  readonly kind: string;
  readonly rows: number;
  readonly hash: string;
  readonly open?: number;
  readonly closed?: number;
}

export interface Report {
  readonly project: string;
  readonly environment: string;
  readonly plans: { id: string; counts: Record<'run' | 'skip' | 'partial', number>; total: number; run: string[] }[];
  readonly edits: { file: string; plan: string; run: string[]; dbt: string[] }[];
  readonly leaves: number;
  readonly relations: Record<string, Relation>;
}

export function reportOf(state: string): Report | undefined {
  const file = pathsIn(state).report;
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Report) : undefined;
}
