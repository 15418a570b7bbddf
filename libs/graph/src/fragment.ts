/** A piece of plain text; `marks` are [start, end) in UTF-16 units of it, in order, not overlapping. */
export interface Fragment {
  readonly text: string;
  readonly marks: readonly (readonly [number, number])[];
}

/** What a question asks for, without what it excludes: whole words first, then their parts. At most 16, in lower case. */
export function termsOf(q: string): string[] {
  const words = q
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== 'or' && !word.startsWith('-'))
    .map((word) => word.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, ''));
  const parts = words.flatMap((word) => word.split(/[^\p{L}\p{N}]+/u));
  return [...new Set([...words, ...parts])].filter((term) => term !== '').slice(0, 16);
}

/** Where terms stand in a text, at the start of words; anywhere when none does. Overlapping ones become one. */
export function marksIn(text: string, terms: readonly string[]): [number, number][] {
  if (terms.length === 0) return [];
  const any = [...terms]
    .sort((a, b) => b.length - a.length)
    .map((term) => term.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'))
    .join('|');
  const atStart = matches(text, new RegExp(`(?<![\\p{L}\\p{N}])(?:${any})`, 'giu'));
  return atStart.length > 0 ? atStart : matches(text, new RegExp(any, 'giu'));
}

/** So many matches tell where a text matched; a text may be 20,000 times the same word. */
const mostMarks = 50;

function matches(text: string, pattern: RegExp): [number, number][] {
  const marks: [number, number][] = [];
  for (const match of text.matchAll(pattern)) {
    marks.push([match.index, match.index + match[0].length]);
    if (marks.length === mostMarks) break;
  }
  return marks;
}

/** The piece of a text around its first match, on one line; undefined when nothing matches. */
export function fragmentOf(text: string, terms: readonly string[], width = 160): Fragment | undefined {
  // One unit for one unit, so that offsets hold.
  const line = text.replace(/[\t\n\v\f\r\u0085\u2028\u2029]/g, ' ');
  const marks = marksIn(line, terms);
  const first = marks[0];
  if (!first) return undefined;
  const start = line.length <= width ? 0 : wordStart(line, Math.max(0, first[0] - Math.floor(width / 4)), first[0]);
  const end = line.length - start <= width ? line.length : wholeUnit(line, Math.max(start + width, first[1]));
  const [before, after] = [start > 0 ? '…' : '', end < line.length ? '…' : ''];
  const shift = before.length - start;
  return {
    text: `${before}${line.slice(start, end)}${after}`,
    marks: marks.filter((mark) => mark[1] <= end).map(([from, to]): [number, number] => [from + shift, to + shift]),
  };
}

/** The first start of a word from `at` on, but not behind `last`. */
function wordStart(text: string, at: number, last: number): number {
  if (at === 0) return 0;
  const space = text.indexOf(' ', at);
  return space !== -1 && space < last ? space + 1 : wholeUnit(text, at);
}

/** Never the middle of a surrogate pair. */
function wholeUnit(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff ? at - 1 : at;
}
