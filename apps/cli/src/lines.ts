import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { gunzipSync } from 'node:zlib';
import { Stop } from './stop.ts';

const chunkBytes = 1 << 20;

/**
 * The lines of a file, without their ends, read as they are asked for; a compressed file is taken whole.
 * @throws {Stop} 3 when it is missing, 2 when it cannot be read
 */
export function* linesOf(file: string): Generator<string> {
  let rest = '';
  for (const text of texts(file)) {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!;
    yield* lines;
  }
  if (rest !== '') yield rest;
}

function* texts(file: string): Generator<string> {
  const handle = attempt(file, () => openSync(file, 'r'));
  try {
    const buffer = Buffer.allocUnsafe(chunkBytes);
    const decoder = new StringDecoder('utf8');
    for (let isFirst = true; ; isFirst = false) {
      const size = attempt(file, () => readSync(handle, buffer, 0, chunkBytes, null));
      if (size === 0) break;
      if (isFirst && buffer[0] === 0x1f && buffer[1] === 0x8b) {
        yield attempt(file, () => gunzipSync(readFileSync(file)).toString());
        return;
      }
      yield decoder.write(buffer.subarray(0, size));
    }
    yield decoder.end();
  } finally {
    closeSync(handle);
  }
}

function attempt<T>(file: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Stop(code === 'ENOENT' ? 3 : 2, `${file}: ${message}`);
  }
}
