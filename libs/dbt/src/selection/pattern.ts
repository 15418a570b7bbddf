/**
 * Shell patterns exactly as Python's `fnmatch` reads them on POSIX, which is what dbt matches names with: case counts,
 * `*` crosses dots and slashes, `[!a-c]` negates, an unclosed `[` is itself, a backwards range matches nothing.
 * Source: CPython 3.11 `fnmatch.translate`.
 */
export type Matcher = (text: string) => boolean;

type Token = { readonly char: string } | { readonly test: (char: string) => boolean } | 'any' | 'star';

/** Compiles a pattern; matching is linear in practice and never worse than quadratic. */
export function shellPattern(pattern: string): Matcher {
  const stars = pattern.split('*');
  if (!/[?[]/.test(pattern) && stars.length <= 2) {
    const [head = '', tail] = stars;
    if (tail === undefined) return (text) => text === pattern;
    return (text) => text.length >= head.length + tail.length && text.startsWith(head) && text.endsWith(tail);
  }
  const tokens = tokenize(Array.from(pattern));
  return (text) => matches(tokens, /[\ud800-\udfff]/.test(text) ? Array.from(text) : text);
}

function tokenize(pattern: readonly string[]): readonly Token[] {
  const tokens: Token[] = [];
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i]!;
    if (char === '*') {
      if (tokens.at(-1) !== 'star') tokens.push('star');
    } else if (char === '?') {
      tokens.push('any');
    } else if (char === '[') {
      const end = closingBracket(pattern, i + 1);
      if (end < 0) tokens.push({ char });
      else {
        tokens.push(characterClass(pattern.slice(i + 1, end)));
        i = end;
      }
    } else {
      tokens.push({ char });
    }
  }
  return tokens;
}

/** A `]` right after `[` or `[!` is a member, not the end. */
function closingBracket(pattern: readonly string[], from: number): number {
  let j = from;
  if (pattern[j] === '!') j++;
  if (pattern[j] === ']') j++;
  while (j < pattern.length && pattern[j] !== ']') j++;
  return j < pattern.length ? j : -1;
}

function characterClass(stuff: readonly string[]): Token {
  const chunks = hyphenChunks(stuff);
  const flat = chunks.flat();
  if (flat.length === 0) return { test: () => false };
  const negated = flat[0] === '!';
  if (negated && flat.length === 1 && chunks.length === 1) return 'any';
  const singles = new Set(negated ? flat.slice(1) : flat);
  const ranges = chunks.slice(1).map((chunk, k) => [chunks[k]!.at(-1)!, chunk[0]!] as const);
  const isMember = (char: string) =>
    singles.has(char) || ranges.some(([low, high]) => code(low) <= code(char) && code(char) <= code(high));
  return { test: negated ? (char) => !isMember(char) : isMember };
}

function code(char: string): number {
  return char.codePointAt(0) ?? 0;
}

/** Cuts a class at the hyphens that make ranges, and drops ranges that run backwards, as `translate` does. */
function hyphenChunks(stuff: readonly string[]): string[][] {
  if (!stuff.includes('-')) return [[...stuff]];
  const chunks: string[][] = [];
  let start = 0;
  let k = stuff[0] === '!' ? 2 : 1;
  for (;;) {
    k = stuff.indexOf('-', k);
    if (k < 0) break;
    chunks.push(stuff.slice(start, k));
    start = k + 1;
    k += 3;
  }
  const rest = stuff.slice(start);
  if (rest.length > 0) chunks.push(rest);
  else chunks.at(-1)!.push('-');
  for (let i = chunks.length - 1; i > 0; i--) {
    const [left, right] = [chunks[i - 1]!, chunks[i]!];
    if (code(left.at(-1)!) > code(right[0]!)) chunks.splice(i - 1, 2, [...left.slice(0, -1), ...right.slice(1)]);
  }
  return chunks;
}

function accepts(token: Token, char: string): boolean {
  if (token === 'any') return true;
  if (token === 'star') return false;
  return 'char' in token ? token.char === char : token.test(char);
}

/** Greedy matching that, on a mismatch, goes back only to the last star. */
function matches(tokens: readonly Token[], text: ArrayLike<string>): boolean {
  let [t, i, star, mark] = [0, 0, -1, 0];
  while (i < text.length) {
    const token = tokens[t];
    if (token === 'star') {
      star = t++;
      mark = i;
    } else if (token !== undefined && accepts(token, text[i]!)) {
      t++;
      i++;
    } else if (star >= 0) {
      t = star + 1;
      i = ++mark;
    } else {
      return false;
    }
  }
  while (tokens[t] === 'star') t++;
  return t === tokens.length;
}
