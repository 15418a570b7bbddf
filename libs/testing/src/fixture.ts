import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** The bytes of a real artifact, or of another file in `libs/testing/fixtures`, unpacked. */
export const fixture = (name: string, folder = 'artifacts'): Buffer =>
  gunzipSync(readFileSync(new URL(`../fixtures/${folder}/${name}`, import.meta.url)));
