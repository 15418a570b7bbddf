import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** The bytes of a real artifact in `libs/testing/fixtures/artifacts`, unpacked. */
export const fixture = (name: string): Buffer =>
  gunzipSync(readFileSync(new URL(`../fixtures/artifacts/${name}`, import.meta.url)));
