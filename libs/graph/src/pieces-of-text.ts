const pieceBytes = 2 ** 20;

/** Text as UTF-8 in pieces of about a megabyte, each in memory of its own: one string of all would be held twice. */
export class PiecesOfText {
  private readonly full: Buffer[] = [];
  private open = Buffer.alloc(0);
  private at = 0;

  /** Answers the bytes that the text has become. */
  add(text: string): Uint8Array {
    // A UTF-16 unit is three bytes at most.
    if (this.open.length - this.at < text.length * 3) this.begin(text.length * 3);
    const start = this.at;
    this.at += this.open.write(text, start);
    return this.open.subarray(start, this.at);
  }

  end(): Buffer[] {
    this.begin(0);
    return this.full;
  }

  private begin(wanted: number): void {
    if (this.at > 0) this.full.push(this.open.subarray(0, this.at));
    this.open = Buffer.allocUnsafeSlow(Math.max(wanted, pieceBytes));
    this.at = 0;
  }
}
