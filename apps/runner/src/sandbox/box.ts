import type { Interpreter } from './interpreter.ts';

export type Isolation = 'bubblewrap' | 'unshare' | 'none';

/** Host folders of one run. `project` is read-only inside, the others are the only writable places. */
export interface Folders {
  readonly project: string;
  readonly out: string;
  readonly home: string;
  readonly data: string;
}

/** Where the folders are to be found inside. */
export const insideFolders: Folders = { project: '/w/project', out: '/w/out', home: '/w/home', data: '/w/data' };

/** What a driver needs to make a command line: the spec with its gaps filled. */
export interface Box {
  readonly folders: Folders;
  readonly interpreter: Interpreter;
  readonly readOnly: Readonly<Record<string, string>>;
  readonly network: 'none' | 'host';
  readonly command: readonly string[];
}

/** Turns a box into a program and its arguments, or says why it cannot on this machine. */
export interface Driver {
  readonly isolation: Isolation;
  argv(box: Box): string[];
}
