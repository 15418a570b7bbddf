import { realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** A virtual environment and the installation it was made from; both must be visible for Python to start. */
export interface Interpreter {
  readonly venv: string;
  readonly python: string;
  /** Folder of the real interpreter, such as /usr or one built elsewhere. */
  readonly base: string;
}

/** @param venv absolute path of a virtual environment */
export async function interpreterOf(venv: string): Promise<Interpreter> {
  const folder = await realpath(venv);
  const python = join(folder, 'bin/python');
  return { venv: folder, python, base: dirname(dirname(await realpath(python))) };
}

/** The host folders to show read-only for it, besides /usr. */
export const foldersOf = ({ venv, base }: Interpreter): string[] =>
  [...new Set([base, venv])].filter((folder) => folder !== '/usr' && !folder.startsWith('/usr/'));
