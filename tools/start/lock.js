// One launcher per state folder. The lock names the launcher and its children by id and start time, so that the next
// start can tell a live one from the leavings of a killed one, and end what the killed one left running.
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { lives, nameOf } from '../process/identity.js';
import { Refusal } from './stage.js';

/** @typedef {{ holder: import('../process/identity.js').ProcessName, children: (import('../process/identity.js').ProcessName & { what: string })[] }} LockFile */

/**
 * @param {string} path
 * @param {{ wait?: boolean }} [options] `wait`: until the holder is done, instead of refusing
 * @returns {Promise<{ swept: number, adopt: (what: string, pid: number) => void, release: () => void }>} `swept`: processes
 *   of a killed predecessor that were ended; `adopt` records a child to end should this process be killed
 * @throws {Refusal} when a live process holds the lock
 */
export async function acquire(path, { wait = false } = {}) {
  const mine = { holder: nameOf(process.pid), children: [] };
  let swept = 0;
  while (!create(path, mine)) {
    const text = readIfThere(path);
    if (text === undefined) continue;
    const theirs = parse(text);
    if (theirs && lives(theirs.holder)) {
      if (!wait)
        throw new Refusal(
          `already running (process ${theirs.holder.pid})`,
          `it holds ${path}`,
          'use that one, or stop it first (Ctrl-C in its terminal)',
        );
      await sleep(200);
      continue;
    }
    swept += await sweep(theirs);
    removeExactly(path, text);
  }
  return {
    swept,
    adopt(what, pid) {
      const name = nameOf(pid);
      if (!name) return;
      mine.children = [...mine.children.filter(lives), { what, ...name }];
      replace(path, mine);
    },
    release: () => removeExactly(path, JSON.stringify(mine)),
  };
}

/** Appears whole or not at all: written aside, then linked, which fails if the name is taken. */
function create(path, content) {
  const aside = `${path}.${process.pid}`;
  writeFileSync(aside, JSON.stringify(content), { mode: 0o600 });
  try {
    linkSync(aside, path);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function replace(path, content) {
  const aside = `${path}.${process.pid}`;
  writeFileSync(aside, JSON.stringify(content), { mode: 0o600 });
  renameSync(aside, path);
}

/** Two starts may judge the same lock stale; the slower must not remove the lock that the faster one took meanwhile. */
function removeExactly(path, text) {
  const aside = `${path}.${process.pid}.old`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  if (readIfThere(aside) !== text) {
    try {
      linkSync(aside, path);
    } catch {
      // a third one took it: leave it be
    }
  }
  rmSync(aside, { force: true });
}

async function sweep(theirs) {
  let count = 0;
  for (const child of theirs?.children ?? []) {
    if (!lives(child)) continue;
    count += 1;
    signal(child.pid, 'SIGQUIT');
    for (let i = 0; i < 20 && lives(child); i += 1) await sleep(100);
    if (lives(child)) signal(child.pid, 'SIGKILL');
    for (let i = 0; i < 20 && lives(child); i += 1) await sleep(100);
  }
  return count;
}

function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch {
    // ended between the look and the signal
  }
}

function readIfThere(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
