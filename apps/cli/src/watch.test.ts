import { expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Stop } from './stop.ts';
import { watch } from './watch.ts';

test('a watched file is delivered when it has changed, refused once, waited for while nobody answers', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'watch-'));
  const file = path.join(folder, 'manifest.json');
  const seen: string[] = [];
  const said: string[] = [];
  let isOver = false;
  const answers: Record<string, () => void> = {
    one: () => writeFileSync(file, 'broken'),
    broken: () => {
      writeFileSync(file, 'two!');
      throw new Stop(2, 'refused');
    },
    'two!': () => {
      if (seen.length < 4) throw new Stop(3, 'away', { isPassing: true });
      isOver = true;
    },
  };
  writeFileSync(file, 'one');
  await watch({
    files: () => [file],
    deliver: async () => {
      const text = readFileSync(file, 'utf8');
      seen.push(text);
      answers[text]!();
    },
    complain: (line) => said.push(line),
    isOver: () => isOver,
  });
  rmSync(folder, { recursive: true });
  expect(seen).toEqual(['one', 'broken', 'two!', 'two!']);
  expect(said).toEqual(['error: refused', 'error: away']);
}, 60_000);
