import { ByteReader, ByteWriter } from './varint.ts';

export { MalformedError } from './varint.ts';

/**
 * What a map of a whole graph needs, and no more. Node `i` has the `i`-th entry of every list; nodes stand column by
 * column, each from top to bottom. This file needs nothing but the language: browsers decode with it.
 */
export interface Skeleton {
  /** dbt's unique_ids. */
  readonly ids: readonly string[];
  readonly types: readonly string[];
  readonly packages: readonly string[];
  /** Folder below the project's root, owner and materialization; empty where there is none. */
  readonly folders: readonly string[];
  readonly owners: readonly string[];
  readonly materializations: readonly string[];
  /** Grid positions: column and row. */
  readonly x: Uint16Array;
  readonly y: Uint16Array;
  /** First column of each layer. */
  readonly layers: readonly number[];
  /** What node `i` reads: `sources[offsets[i] … offsets[i + 1] - 1]`, ascending. */
  readonly offsets: Uint32Array;
  readonly sources: Uint32Array;
}

/** `HGSK` and the version of this form. */
const magic = Uint8Array.of(0x48, 0x47, 0x53, 0x4b, 1);
/** No project is near it; a claim beyond it is refused before anything is made of it. */
const mostNodes = 2_000_000;
const mostEdges = 20_000_000;
const most16 = 65_536;

const dictionaries = ['types', 'packages', 'folders', 'owners', 'materializations'] as const;

/** Bytes of a skeleton. The form: magic, counts, five dictionaries, then one list after another as small numbers. */
export function encodeSkeleton(skeleton: Skeleton): Uint8Array {
  const out = new ByteWriter();
  out.raw(magic);
  out.varint(skeleton.ids.length);
  writeAscending(out, skeleton.layers);
  for (const key of dictionaries) writeWords(out, skeleton[key]);
  writeTexts(
    out,
    skeleton.ids.map((id, i) => shortId(id, skeleton.types[i]!, skeleton.packages[i]!)),
  );
  writePlaces(out, skeleton);
  skeleton.ids.forEach((_, i) => out.varint(skeleton.offsets[i + 1]! - skeleton.offsets[i]!));
  skeleton.ids.forEach((_, i) => {
    let last = -1;
    for (const source of skeleton.sources.subarray(skeleton.offsets[i], skeleton.offsets[i + 1])) {
      // The first one is told by its distance from the node, which is small where neighbours stand close together.
      out.varint(last < 0 ? zigzag(i - source) : source - last - 1);
      last = source;
    }
  });
  return out.done();
}

/** The skeleton that was encoded. Anything else throws MalformedError; memory stays a small multiple of the bytes. */
export function decodeSkeleton(bytes: Uint8Array): Skeleton {
  const from = new ByteReader(bytes);
  magic.forEach(
    (byte) => (from.left > 0 && from.raw(1)[0] === byte) || from.refuse('this is no skeleton of version 1'),
  );
  const n = from.count(mostNodes);
  const layers = readAscending(from);
  const [types, packages, folders, owners, materializations] = dictionaries.map(() => readWords(from, n)) as [
    string[], string[], string[], string[], string[],
  ]; // prettier-ignore
  const ids = readTexts(from, n).map((text, i) => wholeId(from, text, types[i]!, packages[i]!));
  const { x, y } = readPlaces(from, n);
  const offsets = new Uint32Array(n + 1);
  for (let i = 0; i < n; i++) {
    offsets[i + 1] = offsets[i]! + from.below(n + 1);
    if (offsets[i + 1]! > mostEdges) from.refuse('there are too many edges');
  }
  if (offsets[n]! > from.left) from.refuse('a count is larger than what follows');
  const sources = new Uint32Array(offsets[n]!);
  for (let i = 0; i < n; i++) {
    for (let e = offsets[i]!; e < offsets[i + 1]!; e++) {
      const source = e === offsets[i] ? i - unzigzag(from.varint()) : sources[e - 1]! + 1 + from.varint();
      if (source < 0 || source >= n) from.refuse('an edge leads nowhere');
      sources[e] = source;
    }
  }
  if (from.left > 0) from.refuse('something follows the end');
  return { ids, types, packages, folders, owners, materializations, x, y, layers, offsets, sources };
}

const zigzag = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value);
const unzigzag = (value: number): number => (value % 2 === 1 ? -(value + 1) / 2 : value / 2);

/** `model.shop.orders` is `=orders` where the type is model and the package is shop; another id is written whole. */
function shortId(id: string, type: string, pack: string): string {
  const prefix = `${type}.${pack}.`;
  return id.startsWith(prefix) ? `=${id.slice(prefix.length)}` : `!${id}`;
}

function wholeId(from: ByteReader, text: string, type: string, pack: string): string {
  const rest = text.slice(1);
  const id = text[0] === '=' ? `${type}.${pack}.${rest}` : rest;
  return shortId(id, type, pack) === text ? id : from.refuse('an id is not written as it should be');
}

/** Different words in order of their first use, then the place of each. */
function writeWords(out: ByteWriter, words: readonly string[]): void {
  const places = new Map<string, number>();
  for (const word of words) if (!places.has(word)) places.set(word, places.size);
  out.varint(places.size);
  writeTexts(out, [...places.keys()]);
  for (const word of words) out.varint(places.get(word)!);
}

function readWords(from: ByteReader, n: number): string[] {
  const words = readTexts(from, from.count(n));
  if (new Set(words).size < words.length) from.refuse('a word stands twice in a dictionary');
  let used = 0;
  const list = Array.from({ length: n }, () => {
    const place = from.below(words.length);
    if (place > used) from.refuse('words are not in order of their first use');
    if (place === used) used++;
    return words[place]!;
  });
  return used === words.length ? list : from.refuse('a word is not used');
}

function writeTexts(out: ByteWriter, texts: readonly string[]): void {
  const encoded = texts.map((text) => new TextEncoder().encode(text));
  for (const { length } of encoded) out.varint(length);
  for (const bytes of encoded) out.raw(bytes);
}

function readTexts(from: ByteReader, count: number): string[] {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const lengths = Array.from({ length: count }, () => from.varint());
  return lengths.map((length) => {
    const bytes = from.raw(length);
    try {
      return decoder.decode(bytes);
    } catch {
      return from.refuse('a text is not UTF-8');
    }
  });
}

function writeAscending(out: ByteWriter, list: readonly number[]): void {
  out.varint(list.length);
  list.forEach((value, i) => out.varint(i === 0 ? value : value - list[i - 1]!));
}

function readAscending(from: ByteReader): number[] {
  let last = 0;
  return Array.from({ length: from.count(most16) }, () => {
    last += from.varint();
    return last < most16 ? last : from.refuse('a column is out of range');
  });
}

/** Runs of nodes below each other: a column, its first row, and how many there are. */
function writePlaces(out: ByteWriter, { x, y }: Skeleton): void {
  for (let at = 0; at < x.length;) {
    let end = at + 1;
    while (end < x.length && x[end] === x[at] && y[end] === y[end - 1]! + 1) end++;
    for (const value of [x[at]!, y[at]!, end - at]) out.varint(value);
    at = end;
  }
}

function readPlaces(from: ByteReader, n: number): { x: Uint16Array; y: Uint16Array } {
  const [x, y] = [new Uint16Array(n), new Uint16Array(n)];
  for (let at = 0; at < n;) {
    const [column, row, length] = [from.below(most16), from.below(most16), from.below(n - at + 1)];
    if (length === 0 || row + length > most16) from.refuse('a run of nodes is out of range');
    if (at > 0 && column === x[at - 1] && row === y[at - 1]! + 1) from.refuse('a run of nodes is cut in two');
    for (let i = 0; i < length; i++) [x[at + i], y[at + i]] = [column, row + i];
    at += length;
  }
  return { x, y };
}
