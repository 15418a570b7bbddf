/** A stretch of text: of the original (`at` is where it begins) or put in between (`at` is where it counts as being). */
export interface Piece {
  readonly text: string;
  readonly at: number;
  readonly original: boolean;
}

/** SQL as the parser gets it, and the way back from its offsets to those of the SQL as it was given. */
export class Rewriting {
  readonly text: string;
  private readonly starts: readonly number[];
  private readonly pieces: readonly Piece[];

  constructor(pieces: readonly Piece[]) {
    this.pieces = pieces;
    let length = 0;
    this.starts = pieces.map((piece) => (length += piece.text.length) - piece.text.length);
    this.text = pieces.map((piece) => piece.text).join('');
  }

  static of(text: string): Rewriting {
    return new Rewriting([{ text, at: 0, original: true }]);
  }

  /** The offset in the original of an offset in `text`. */
  origin(offset: number): number {
    let low = 0;
    let high = this.pieces.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    const piece = this.pieces[low];
    if (piece === undefined) return offset;
    return piece.original ? piece.at + offset - this.starts[low]! : piece.at;
  }

  /** The pieces that lie between two offsets of `text`. */
  slice(start: number, end: number): Piece[] {
    const parts: Piece[] = [];
    this.pieces.forEach((piece, i) => {
      const from = this.starts[i]!;
      const a = Math.max(start, from);
      const b = Math.min(end, from + piece.text.length);
      if (a < b)
        parts.push({
          text: piece.text.slice(a - from, b - from),
          at: piece.original ? piece.at + a - from : piece.at,
          original: piece.original,
        });
    });
    return parts;
  }

  /** The same with other text in the place of some; edits are in order and do not overlap. */
  edited(edits: readonly Edit[]): Rewriting {
    const pieces: Piece[] = [];
    let at = 0;
    for (const edit of edits) {
      pieces.push(...this.slice(at, edit.start));
      if (edit.text !== '') pieces.push({ text: edit.text, at: this.origin(edit.start), original: false });
      at = edit.end;
    }
    return new Rewriting([...pieces, ...this.slice(at, this.text.length)]);
  }
}

export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}
