import { at, RefusedError } from './refusal.ts';

export interface Bounds {
  /** Bytes of the file after decompression. */
  readonly maxBytes: number;
  /** Nesting of objects and lists; dbt's own files stay below 30, `meta` may hold more. */
  readonly maxDepth: number;
  /** Members of all split maps and lists together. */
  readonly maxMembers: number;
}

export const defaultBounds: Bounds = { maxBytes: 2 ** 31, maxDepth: 200, maxMembers: 5_000_000 };

export interface MemberVisitor {
  /** Top-level keys whose object or list is handed over member by member instead of whole. */
  readonly split: ReadonlySet<string>;
  /** Top-level keys that are passed over (their syntax is still bounded, not parsed). */
  readonly skip: ReadonlySet<string>;
  /** A split container begins: `list` tells `[` from `{`. */
  open(key: string, list: boolean): void;
  member(key: string, name: string | number, value: unknown, path: string): void;
  whole(key: string, value: unknown, path: string): void;
}

const QUOTE = 0x22,
  BACKSLASH = 0x5c,
  COMMA = 0x2c,
  COLON = 0x3a,
  OPEN = 0x7b,
  CLOSE = 0x7d,
  OPEN_LIST = 0x5b,
  CLOSE_LIST = 0x5d;
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Walks a JSON object without ever making one string or one tree of it: the members of the large maps are cut out
 * as byte ranges and parsed one by one. So a file larger than V8's string limit (512 MB) is no special case, depth
 * is bounded before anything is allocated for it, and an error knows its path.
 * Duplicate keys: the last one wins, as in dbt's own reader.
 */
export function visitMembers(bytes: Uint8Array, visitor: MemberVisitor, bounds: Bounds = defaultBounds): void {
  if (bytes.length > bounds.maxBytes)
    throw new RefusedError('too_large', '$', `the file has ${bytes.length} bytes; the bound is ${bounds.maxBytes}`);
  const walk = new Walk(bytes, visitor, bounds);
  walk.file();
}

class Walk {
  private i = 0;
  private members = 0;
  private readonly text: Buffer;

  constructor(
    private readonly b: Uint8Array,
    private readonly visitor: MemberVisitor,
    private readonly bounds: Bounds,
  ) {
    this.text = Buffer.from(b.buffer, b.byteOffset, b.byteLength);
    if (b[0] === 0xef && b[1] === 0xbb && b[2] === 0xbf) this.i = 3;
  }

  file(): void {
    this.space();
    if (this.i >= this.b.length) throw new RefusedError('empty_file', '$', 'the file is empty');
    if (this.b[this.i] !== OPEN) {
      // A scalar or a list may still be JSON; only then "not an artifact" is the better word.
      const start = this.i;
      this.value('$');
      this.parse(start, this.i, '$');
      this.end();
      throw new RefusedError('not_an_artifact', '$', 'the file is JSON, but not an object');
    }
    this.container('$', (key, path) => this.top(key as string, path));
    this.end();
  }

  private end(): void {
    this.space();
    if (this.i < this.b.length) this.broken('$', 'something follows the end of the object');
  }

  private top(key: string, path: string): void {
    const first = this.b[this.i];
    const splittable = first === OPEN || first === OPEN_LIST;
    if (this.visitor.skip.has(key)) return this.value(path);
    if (!splittable || !this.visitor.split.has(key)) {
      const start = this.i;
      this.value(path);
      return this.visitor.whole(key, this.parse(start, this.i, path), path);
    }
    this.visitor.open(key, first === OPEN_LIST);
    this.container(path, (name, inner) => {
      if (++this.members > this.bounds.maxMembers)
        throw new RefusedError('too_many_members', path, `more than ${this.bounds.maxMembers} members`);
      const start = this.i;
      this.value(inner);
      this.visitor.member(key, name, this.parse(start, this.i, inner), inner);
    });
  }

  /** Reads `{ "k": v, … }` or `[ v, … ]`; `each` must leave the cursor after the value. */
  private container(path: string, each: (name: string | number, path: string) => void): void {
    const list = this.b[this.i] === OPEN_LIST;
    const close = list ? CLOSE_LIST : CLOSE;
    this.i++;
    this.space();
    if (this.b[this.i] === close) {
      this.i++;
      return;
    }
    for (let n = 0; ; n++) {
      const name = list ? n : this.key(path);
      each(name, at(path, name));
      this.space();
      const c = this.b[this.i++];
      if (c === close) return;
      if (c !== COMMA)
        this.broken(path, `expected a comma or the end of ${list ? 'the list' : 'the object'}`, this.i - 1);
      this.space();
    }
  }

  private key(path: string): string {
    if (this.b[this.i] !== QUOTE) this.broken(path, 'expected a key in double quotes');
    const start = this.i;
    this.string(path);
    const key = this.parse(start, this.i, path) as string;
    if (key === '__proto__') throw new RefusedError('forbidden_key', path, 'the key "__proto__" is not taken');
    this.space();
    if (this.b[this.i] !== COLON) this.broken(path, 'expected a colon after a key');
    this.i++;
    this.space();
    return key;
  }

  /** Moves past one value, counting depth; what it says is checked by `parse`. */
  private value(path: string): void {
    const { b } = this;
    let depth = 0;
    do {
      const c = b[this.i];
      if (c === undefined) this.broken(path, 'the file ends in the middle of a value (truncated?)');
      if (c === QUOTE) this.string(path);
      else if (c === OPEN || c === OPEN_LIST) {
        // Two levels stand above a split member already.
        if (++depth + 2 > this.bounds.maxDepth)
          throw new RefusedError('too_deep', path, `nested deeper than ${this.bounds.maxDepth} levels`);
        this.i++;
      } else if (c === CLOSE || c === CLOSE_LIST) {
        if (depth === 0) this.broken(path, 'expected a value');
        depth--;
        this.i++;
      } else if (depth === 0) this.scalar(path);
      else this.i++;
    } while (depth > 0);
  }

  private scalar(path: string): void {
    const start = this.i;
    for (
      let c = this.b[this.i];
      c !== undefined && c !== COMMA && c !== CLOSE && c !== CLOSE_LIST && c > 0x20;
      c = this.b[this.i]
    )
      this.i++;
    if (this.i === start) this.broken(path, 'expected a value');
  }

  private string(path: string): void {
    const { b } = this;
    for (let i = this.i + 1; ; i++) {
      const c = b[i];
      if (c === QUOTE) {
        this.i = i + 1;
        return;
      }
      if (c === BACKSLASH) i++;
      else if (c === undefined) this.broken(path, 'the file ends inside a string (truncated?)');
    }
  }

  private space(): void {
    for (let c = this.b[this.i]; c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09; c = this.b[this.i]) this.i++;
  }

  private parse(start: number, end: number, path: string): unknown {
    const slice = this.text.subarray(start, end);
    let text: string;
    try {
      text = decoder.decode(slice);
    } catch {
      throw new RefusedError('not_utf8', path, `bytes ${start}–${end} are not UTF-8`);
    }
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      return this.broken(path, `not JSON: ${(error as Error).message.slice(0, 160)}`, start);
    }
    if (suspicious(text)) inspectTree(value, path);
    return value;
  }

  private broken(path: string, what: string, offset = this.i): never {
    throw new RefusedError(
      'not_json',
      path,
      `${what}, at or after byte ${Math.min(offset, this.b.length)} of ${this.b.length}`,
    );
  }
}

/** A cheap look for what a tree walk must judge: the prototype key (also escaped) and numbers beyond a double. */
function suspicious(text: string): boolean {
  return text.includes('__proto__') || text.includes('\\u005') || /\d[eE]\+?\d{3}|\d{309}/.test(text);
}

function inspectTree(root: unknown, rootPath: string): void {
  const stack: [unknown, string][] = [[root, rootPath]];
  for (let top = stack.pop(); top; top = stack.pop()) {
    const [value, path] = top;
    if (typeof value === 'number' && !Number.isFinite(value))
      throw new RefusedError('number_out_of_range', path, 'a number is beyond what a double holds');
    if (typeof value !== 'object' || value === null) continue;
    if (Array.isArray(value)) value.forEach((item, i) => stack.push([item, at(path, i)]));
    else
      for (const key of Object.keys(value)) {
        if (key === '__proto__') throw new RefusedError('forbidden_key', path, 'the key "__proto__" is not taken');
        stack.push([(value as Record<string, unknown>)[key], at(path, key)]);
      }
  }
}
