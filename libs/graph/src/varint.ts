/** Bytes that are no skeleton, with what is wrong and where. */
export class MalformedError extends Error {
  override readonly name = 'MalformedError';

  constructor(what: string, offset: number) {
    super(`${what}, at byte ${offset}`);
  }
}

/** Grows as it is written to. */
export class ByteWriter {
  private bytes = new Uint8Array(1024);
  private length = 0;

  /** A whole number from 0 to 2^32 − 1, seven bits a byte, the lowest first. */
  varint(value: number): void {
    this.room(5);
    let rest = value;
    for (; rest > 0x7f; rest = Math.floor(rest / 128)) this.bytes[this.length++] = (rest % 128) | 0x80;
    this.bytes[this.length++] = rest;
  }

  raw(bytes: Uint8Array): void {
    this.room(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  done(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }

  private room(wanted: number): void {
    if (this.length + wanted <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.length + wanted));
    grown.set(this.bytes);
    this.bytes = grown;
  }
}

/** Reads what a ByteWriter wrote, and nothing else: every number has one spelling. */
export class ByteReader {
  offset = 0;
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get left(): number {
    return this.bytes.length - this.offset;
  }

  varint(): number {
    let [value, scale] = [0, 1];
    for (let i = 0; i < 5; i++, scale *= 128) {
      const byte = this.bytes[this.offset++];
      if (byte === undefined) this.refuse('the bytes end within a number');
      value += (byte & 0x7f) * scale;
      if (byte > 0x7f) continue;
      if (value > 0xffffffff || (byte === 0 && i > 0)) this.refuse('a number is not written as it should be');
      return value;
    }
    return this.refuse('a number is too long');
  }

  /** A count of things that have at least one byte each: what cannot follow is refused before memory is taken. */
  count(most: number): number {
    const value = this.varint();
    return value <= Math.min(most, this.left) ? value : this.refuse('a count is larger than what follows');
  }

  below(bound: number): number {
    const value = this.varint();
    return value < bound ? value : this.refuse('a number is out of range');
  }

  raw(length: number): Uint8Array {
    if (length > this.left) this.refuse('the bytes end within a text');
    return this.bytes.subarray(this.offset, (this.offset += length));
  }

  refuse(what: string): never {
    throw new MalformedError(what, this.offset);
  }
}
