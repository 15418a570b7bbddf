/** Where JSON text breaks: `offset` in UTF-16 units from 0, line and column from 1. */
export interface Break {
  readonly offset: number;
  readonly line: number;
  readonly column: number;
  readonly reason: string;
}

const numeral = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const words = ['true', 'false', 'null'];

/** The first place where the text stops being JSON; the parser of the engine does not always tell. Undefined if it is JSON. */
export function breakOf(text: string): Break | undefined {
  const offset = new Scan(text).run();
  if (offset === undefined) return undefined;
  const before = text.slice(0, offset).split('\n');
  const reason =
    offset >= text.length ? 'the text ends too early' : `${JSON.stringify(text.charAt(offset))} is not expected here`;
  return { offset, line: before.length, column: before.at(-1)!.length + 1, reason };
}

/** One pass without recursion, so that deep nesting is only deep. */
class Scan {
  private at = 0;
  private readonly open: string[] = [];
  private expects: 'value' | 'value or end' | 'key' | 'key or end' | 'colon' | 'comma or end' = 'value';

  constructor(private readonly text: string) {}

  run(): number | undefined {
    for (;;) {
      while (' \t\n\r'.includes(this.text.charAt(this.at)) && this.at < this.text.length) this.at++;
      if (this.expects === 'comma or end' && this.open.length === 0) {
        return this.at < this.text.length ? this.at : undefined;
      }
      if (!this.step()) return this.at;
    }
  }

  private step(): boolean {
    const next = this.text.charAt(this.at);
    if (this.expects === 'colon') return this.take(next === ':', 'value');
    if (this.expects === 'comma or end' && next === ',') {
      return this.take(true, this.open.at(-1) === '{' ? 'key' : 'value');
    }
    if (this.expects !== 'value' && this.expects !== 'key' && next === (this.open.at(-1) === '{' ? '}' : ']')) {
      this.open.pop();
      return this.take(true, 'comma or end');
    }
    if (this.expects === 'comma or end') return false;
    if (next === '"') return this.string();
    return !this.expects.startsWith('key') && this.value(next);
  }

  private value(next: string): boolean {
    if (next === '{' || next === '[') {
      this.open.push(next);
      return this.take(true, next === '{' ? 'key or end' : 'value or end');
    }
    numeral.lastIndex = this.at;
    const found = words.find((word) => this.text.startsWith(word, this.at)) ?? numeral.exec(this.text)?.[0];
    this.at += found?.length ?? 0;
    if (found) this.expects = 'comma or end';
    return found !== undefined;
  }

  private string(): boolean {
    const isKey = this.expects.startsWith('key');
    for (this.at++; this.at < this.text.length; this.at++) {
      const here = this.text.charAt(this.at);
      if (here === '"') return this.take(true, isKey ? 'colon' : 'comma or end');
      if (here < ' ') return false;
      if (here !== '\\') continue;
      const escape = /^(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/.exec(this.text.slice(this.at + 1, this.at + 6));
      if (!escape) return false;
      this.at += escape[0].length;
    }
    return false;
  }

  private take(isRight: boolean, then: Scan['expects']): boolean {
    if (isRight) this.at++;
    if (isRight) this.expects = then;
    return isRight;
  }
}
