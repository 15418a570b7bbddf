// `.headgate` says which layout it has. Another layout is never touched: the user decides.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stateNames } from './paths.js';
import { Refusal } from './stage.js';

/** Raise it when an older state folder can no longer be used as it is. */
export const layout = 1;

/** @param {import('./paths.js').Paths} paths @throws {Refusal} when the folder is of another version, or not ours */
export function claimStateFolder(paths) {
  mkdirSync(paths.root, { recursive: true, mode: 0o700 });
  if (!existsSync(paths.version)) {
    if (existsSync(paths.postgres))
      throw new Refusal(
        `${paths.root} holds a database but no version stamp`,
        'it may be of an early version, or damaged',
        again,
      );
    writeFileSync(paths.version, JSON.stringify({ layout }), { mode: 0o600 });
    return;
  }
  const found = stamped(paths.version);
  if (found === layout) return;
  const [age, cure] =
    found > layout
      ? ['newer', 'use the newer version of Headgate that wrote it, or']
      : ['older', 'start the older version once more to export what you need, then'];
  throw new Refusal(
    `${paths.root} is of a ${age} version (${found}, this one is ${layout})`,
    'its data would be misread',
    `${cure} begin anew with \`npm start -- --reset\``,
  );
}

const again = 'begin anew with `npm start -- --reset`';

function stamped(path) {
  try {
    return Number(JSON.parse(readFileSync(path, 'utf8')).layout);
  } catch {
    return NaN;
  }
}

/** Removes all state, keeps what is merely installed. The caller holds the lock. @param {import('./paths.js').Paths} paths */
export function reset(paths) {
  for (const name of stateNames) rmSync(join(paths.root, name), { recursive: true, force: true });
}
