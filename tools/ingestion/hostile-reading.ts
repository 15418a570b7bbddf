// Reads hostile files of so many megabytes with the real reading thread, and prints how each ended and the peak of memory:
//   node -C source --import ./tools/register.js tools/ingestion/hostile-reading.ts 400
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { Readers } from '../../apps/ingestion/src/readers.ts';

const megabytes = Number(process.argv[2]);
const head = '{"metadata":{},"macros":{},"nodes":{"model.p.a":{"resource_type":"model","name":"a","package_name":"p",';

/** The text, and then the filling again and again, in pieces of a megabyte. Never all in memory. */
function* filled(text: string, filling: string): Generator<Buffer> {
  yield Buffer.from(text);
  for (let n = 0; n < megabytes; n++) yield Buffer.alloc(2 ** 20, filling);
}

const packed = (pieces: Iterable<Buffer>) => Readable.from(pieces).pipe(createGzip({ level: 1 }));

const files: Record<string, Iterable<Buffer> | AsyncIterable<Buffer>> = {
  'nested lists': filled(`${head}"meta":`, '['),
  'nested objects': filled(`${head}"meta":`, '{"a":'),
  'one endless text': filled(`${head}"raw_code":"`, 'x'),
  'one endless key': filled('{"', 'x'),
  'one endless value at the top': filled('{"metadata":{"a":"', 'x'),
  'quotes that are escaped': filled(`${head}"raw_code":"`, '\\"'),
  'a prototype key': filled(`${head}"meta":{"__proto__":{}}}},"x":[`, '1,'),
  'a prototype key in disguise': filled(`${head}"meta":{"\\u005f_proto__":{}}}},"x":[`, '1,'),
  'a bomb': packed(filled(`${head}"raw_code":"`, ' ')),
  'a bomb of spaces': packed(filled('', ' ')),
};

const readers = new Readers();
const ended: Record<string, string> = {};
for (const [name, pieces] of Object.entries(files)) {
  ended[name] = await readers
    .use((thread) => thread.read(name, 'id', 2 ** 19, pieces as AsyncIterable<Buffer>))
    .then(
      () => 'taken',
      (error: { hint?: string; message: string }) => /\((\w+)\)/.exec(error.hint ?? '')?.[1] ?? error.message,
    );
}
readers.onApplicationShutdown();
// The kernel's `maxrss` would begin with that of whatever process started this one.
const [, peak] = /^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))!;
console.log(JSON.stringify({ ended, peakMb: Math.round(Number(peak) / 1024) }));
