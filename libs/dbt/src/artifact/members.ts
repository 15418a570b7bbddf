import { parseValue } from './parse-value.ts';
import { at, RefusedError } from './refusal.ts';

export interface Bounds {
  /** Bytes of the file after decompression. */
  readonly maxBytes: number;
  /** Nesting of objects and lists; dbt's own files stay below 30, `meta` may hold more. */
  readonly maxDepth: number;
  /** Members of all split maps and lists together. */
  readonly maxMembers: number;
  /** Bytes of one member: all that must be held at once. dbt's largest are nodes with generated SQL, below 2 MB. */
  readonly maxMemberBytes: number;
}

export const defaultBounds: Bounds = {
  maxBytes: 2 ** 31,
  maxDepth: 200,
  maxMembers: 5_000_000,
  maxMemberBytes: 2 ** 26,
};

export interface MemberVisitor {
  /** Top-level keys whose object or list is handed over member by member instead of whole. */
  readonly split: ReadonlySet<string>;
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
  CLOSE_LIST = 0x5d,
  LETTER_U = 0x75,
  EXPONENT = 0x65;
const isDigit = (c: number | undefined): boolean => c !== undefined && c >= 0x30 && c <= 0x39;
/** A native search costs as much as looking at so many bytes here. */
const nearBytes = 48;
/** A number of fewer digits fits a double. */
const longWord = 300;

/** The text of a short string that is printable ASCII without escapes, as nearly all keys are: no parser is needed. */
function plainText(b: Buffer, start: number, end: number): string | undefined {
  if (end - start > 1000) return undefined;
  for (let i = start; i < end; i++) {
    const c = b[i]!;
    if (c < 0x20 || c > 0x7e || c === BACKSLASH) return undefined;
  }
  return b.toString('latin1', start, end);
}

/** Thrown when the bytes at hand end inside something: it is read again once there are more. */
const wantsMore = Symbol('wants more');

interface Container {
  readonly key: string;
  readonly path: string;
  readonly list: boolean;
  n: number;
}

/**
 * Walks a JSON object without ever making one string or one tree of it: the members of the large maps are cut out
 * as byte ranges and parsed one by one, from as many pieces as the file comes in. So a file larger than V8's string
 * limit (512 MB) is no special case, memory holds one member at a time, depth is bounded before anything is allocated
 * for it, and an error knows its path. Duplicate keys: the last one wins, as in dbt's own reader.
 */
export class MemberReader {
  /** Bytes of the file that were not taken yet, as far as they were looked at. */
  private b: Buffer = Buffer.alloc(0);
  /** The memory that `b` lies in, and behind it what came since: up to `filled`. */
  private store: Buffer = this.b;
  private filled = 0;
  private waitingBytes = 0;
  private i = 0;
  /** Where the step that runs now began; what is before it has been taken. */
  private from = 0;
  /** Bytes of the file before `b`. */
  private before = 0;
  private isLast = false;
  private members = 0;
  /** Whether the value just passed holds an escape, an exponent or a very long word: rare, and to be looked at closely. */
  private isOdd = false;
  /** The next `\u` in `b`, as far as it was looked for. */
  private escape = -1;
  private step: 'start' | 'entry' | 'next' | 'finish' | 'done' = 'start';
  private inside: Container | undefined;

  constructor(
    private readonly visitor: MemberVisitor,
    private readonly bounds: Bounds,
  ) {}

  /**
   * The piece's memory stays the caller's.
   * @throws {RefusedError}
   */
  feed(piece: Uint8Array): void {
    const total = this.before + this.b.length + this.waitingBytes + piece.length;
    if (total > this.bounds.maxBytes)
      throw new RefusedError('too_large', '$', `the file has more than ${this.bounds.maxBytes} bytes`);
    this.append(piece);
    // What did not suffice is not looked at again before it has doubled: a large member costs linear time.
    if (this.waitingBytes >= this.b.length) this.run();
  }

  /** @throws {RefusedError} */
  end(): void {
    this.isLast = true;
    this.run();
  }

  private run(): void {
    this.b = this.store.subarray(this.filled - this.b.length - this.waitingBytes, this.filled);
    this.waitingBytes = 0;
    this.from = this.i = 0;
    this.escape = -1;
    try {
      while (this.step !== 'done') {
        this[this.step]();
        this.from = this.i;
      }
    } catch (error) {
      if (error !== wantsMore) throw error;
      if (this.b.length - this.from > this.bounds.maxMemberBytes) this.tooLarge(this.inside?.path ?? '$');
    }
    this.before += this.from;
    this.b = this.b.subarray(this.from);
  }

  /** Copies into the same memory again and again: a buffer for each piece would make the collector run for each. */
  private append(piece: Uint8Array): void {
    if (this.filled + piece.length > this.store.length) {
      const left = this.store.subarray(this.filled - this.b.length - this.waitingBytes, this.filled);
      const wanted = 2 * (left.length + piece.length);
      const into = wanted <= this.store.length ? this.store : Buffer.allocUnsafeSlow(wanted);
      this.filled = left.copy(into);
      this.store = into;
      this.b = into.subarray(0, this.b.length);
    }
    this.store.set(piece, this.filled);
    this.filled += piece.length;
    this.waitingBytes += piece.length;
  }

  private start(): void {
    if (this.b.length < 3 && !this.isLast) throw wantsMore;
    if (this.b[0] === 0xef && this.b[1] === 0xbb && this.b[2] === 0xbf) this.i = 3;
    this.space();
    if (this.i >= this.b.length && this.isLast) throw new RefusedError('empty_file', '$', 'the file is empty');
    if (this.byte('$', 'a value') === OPEN) {
      this.i++;
      this.space();
      this.step = this.byte('$', 'the end of the object') === CLOSE ? 'next' : 'entry';
      return;
    }
    // A scalar or a list may still be JSON; only then "not an artifact" is the better word.
    if (!this.isLast) throw wantsMore;
    const start = this.i;
    this.value('$');
    this.parse(start, '$');
    this.nothingFollows();
    throw new RefusedError('not_an_artifact', '$', 'the file is JSON, but not an object');
  }

  /** One entry: of the file itself, or of the container that is open. */
  private entry(): void {
    this.space();
    if (this.inside) return this.member(this.inside);
    const key = this.key('$');
    const path = at('$', key);
    const first = this.byte(path, 'a value');
    if ((first !== OPEN && first !== OPEN_LIST) || !this.visitor.split.has(key)) {
      const start = this.i;
      this.value(path);
      this.visitor.whole(key, this.parse(start, path), path);
      this.step = 'next';
      return;
    }
    const list = first === OPEN_LIST;
    this.i++;
    this.space();
    const isEmpty = this.byte(path, 'the end of a container') === (list ? CLOSE_LIST : CLOSE);
    this.visitor.open(key, list);
    this.inside = { key, path, list, n: 0 };
    this.step = isEmpty ? 'next' : 'entry';
  }

  private member(inside: Container): void {
    const name = inside.list ? inside.n : this.key(inside.path);
    if (this.members >= this.bounds.maxMembers)
      throw new RefusedError('too_many_members', inside.path, `more than ${this.bounds.maxMembers} members`);
    const path = at(inside.path, name);
    const start = this.i;
    this.value(path);
    this.visitor.member(inside.key, name, this.parse(start, path), path);
    this.members++;
    inside.n++;
    this.step = 'next';
  }

  /** What stands between two entries, or ends the container or the file. */
  private next(): void {
    this.space();
    const { path, list } = this.inside ?? { path: '$', list: false };
    const c = this.byte(path, list ? 'the end of the list' : 'the end of the object');
    if (c === COMMA) this.step = 'entry';
    else if (c !== (list ? CLOSE_LIST : CLOSE))
      this.broken(path, `expected a comma or the end of ${list ? 'the list' : 'the object'}`);
    else if (this.inside) this.inside = undefined;
    else this.step = 'finish';
    this.i++;
  }

  private finish(): void {
    this.nothingFollows();
    if (!this.isLast) throw wantsMore;
    this.step = 'done';
  }

  private nothingFollows(): void {
    this.space();
    if (this.i < this.b.length) this.broken('$', 'something follows the end of the object');
  }

  private key(path: string): string {
    if (this.byte(path, 'a key') !== QUOTE) this.broken(path, 'expected a key in double quotes');
    const start = this.i;
    this.isOdd = false;
    this.string(path);
    const key = plainText(this.b, start + 1, this.i - 1) ?? (this.parse(start, path) as string);
    if (key === '__proto__') throw new RefusedError('forbidden_key', path, 'the key "__proto__" is not taken');
    if (key.includes('\0')) throw new RefusedError('forbidden_key', path, 'a key that holds U+0000 is not taken');
    this.space();
    if (this.byte(path, 'a colon') !== COLON) this.broken(path, 'expected a colon after a key');
    this.i++;
    this.space();
    return key;
  }

  /** Moves past one value, counting depth; what it says is checked by `parse`. */
  private value(path: string): void {
    const { b } = this;
    const end = b.length;
    const deepest = this.bounds.maxDepth - 2;
    let depth = 0;
    let word = 0;
    this.isOdd = false;
    do {
      const i = this.i;
      const c = i < end ? b[i]! : this.byte(path, 'the end of a value');
      if (c === QUOTE) this.string(path);
      else if (c === OPEN || c === OPEN_LIST) {
        // Two levels stand above a split member already.
        if (++depth > deepest)
          throw new RefusedError('too_deep', path, `nested deeper than ${this.bounds.maxDepth} levels`);
        this.i = i + 1;
      } else if (c === CLOSE || c === CLOSE_LIST) {
        if (depth === 0) this.broken(path, 'expected a value');
        depth--;
        this.i = i + 1;
      } else if (depth === 0) this.scalar(path);
      else {
        word = c === COMMA ? 0 : word + 1;
        if (word > longWord || ((c | 0x20) === EXPONENT && isDigit(b[i - 1]))) this.isOdd = true;
        this.i = i + 1;
      }
    } while (depth > 0);
  }

  private scalar(path: string): void {
    const start = this.i;
    let c = this.b[this.i];
    this.isOdd = true;
    while (c !== undefined && c !== COMMA && c !== CLOSE && c !== CLOSE_LIST && c > 0x20) c = this.b[++this.i];
    if (c === undefined && !this.isLast) throw wantsMore;
    if (this.i === start) this.broken(path, 'expected a value');
  }

  // A byte beyond the end would be undefined, and comparing what may be undefined is many times slower.
  private string(path: string): void {
    const { b } = this;
    const end = b.length;
    let i = this.i + 1;
    const near = Math.min(i + nearBytes, end);
    while (i < near) {
      const c = b[i]!;
      if (c === QUOTE) {
        this.i = i + 1;
        return;
      }
      if (c === BACKSLASH && ++i < end && b[i] === LETTER_U) this.isOdd = true;
      i++;
    }
    this.longString(i, path);
  }

  /** The rest of a long string, by native search. */
  private longString(start: number, path: string): void {
    const { b } = this;
    for (let quote = b.indexOf(QUOTE, start); quote !== -1; quote = b.indexOf(QUOTE, quote + 1)) {
      let first = quote;
      while (first > start && b[first - 1] === BACKSLASH) first--;
      if ((quote - first) % 2 === 1) continue;
      if (this.escapeAfter(start) < quote) this.isOdd = true;
      this.i = quote + 1;
      return;
    }
    this.i = b.length;
    this.byte(path, 'the end of a string');
  }

  /** Where the next `\u` is, or looks as if it were: asked for in ascending order, so all bytes are searched once. */
  private escapeAfter(start: number): number {
    if (this.escape < start) {
      const found = this.b.indexOf('\\u', start, 'latin1');
      this.escape = found === -1 ? Infinity : found;
    }
    return this.escape;
  }

  private space(): void {
    for (let c = this.b[this.i]; c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09; c = this.b[this.i]) this.i++;
  }

  /** The byte here; where the file ends instead of `wanted`, it is cut off or not all here yet. */
  private byte(path: string, wanted: string): number {
    const c = this.b[this.i];
    if (c !== undefined) return c;
    if (!this.isLast) throw wantsMore;
    return this.broken(path, `the file ends before ${wanted} (truncated?)`);
  }

  private parse(start: number, path: string): unknown {
    if (this.i - start > this.bounds.maxMemberBytes) this.tooLarge(path);
    return parseValue(this.b.subarray(start, this.i), path, this.isOdd, (what) => this.broken(path, what, start));
  }

  private tooLarge(path: string): never {
    throw new RefusedError('too_large', path, `one value has more than ${this.bounds.maxMemberBytes} bytes`);
  }

  private broken(path: string, what: string, offset = this.i): never {
    throw new RefusedError('not_json', path, `${what}, at or after byte ${this.before + offset}`);
  }
}
