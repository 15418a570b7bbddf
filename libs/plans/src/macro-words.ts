/**
 * What stands between Jinja's tags of a text. As in Jinja, a tag ends at its closing braces outside of strings and
 * brackets; one that never ends goes on to the end of the text.
 */
export function insideTags(text: string): string {
  const found: string[] = [];
  for (let at = nextTag(text, 0); at !== -1;) {
    const end = endOfTag(text, at + 2);
    found.push(text.slice(at + 2, end));
    at = nextTag(text, end);
  }
  return found.join('\n');
}

function nextTag(text: string, from: number): number {
  for (let at = text.indexOf('{', from); at !== -1; at = text.indexOf('{', at + 1)) {
    const next = text[at + 1];
    if (next === '{' || next === '%') return at;
  }
  return -1;
}

function endOfTag(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const sign = text[at] as string;
    if (sign === "'" || sign === '"') at = endOfString(text, at, sign);
    else if ('([{'.includes(sign)) depth++;
    else if (depth === 0 && (sign === '}' || sign === '%') && text[at + 1] === '}') return at;
    else if (')]}'.includes(sign)) depth = Math.max(0, depth - 1);
  }
  return text.length;
}

function endOfString(text: string, from: number, quote: string): number {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === quote) return at;
  }
  return text.length;
}

export interface MacroWords {
  /** Every word between tags, those in strings too: `context['name']` and `dispatch('name')` name a macro. */
  readonly words: ReadonlySet<string>;
  /** Whether a macro may be looked up by a name that is worked out at run time. */
  readonly computed: boolean;
}

// A dispatch whose first argument is anything but one literal works its name out.
const lookup = /\bcontext\b|\bdispatch\b(?!\s*\(\s*(?:macro_name\s*=\s*)?(['"])[\w.]+\1\s*[,)])/;

/** `packages`: a package's name that is not followed by a member is a map of macros, asked for who knows what. */
export function macroWords(texts: Iterable<string>, packages: ReadonlySet<string>): MacroWords {
  const words = new Set<string>();
  let computed = false;
  for (const text of texts) {
    const inside = text.includes('{') ? insideTags(text) : '';
    computed ||= lookup.test(inside);
    for (const match of inside.matchAll(/[A-Za-z_]\w*/g)) {
      words.add(match[0]);
      computed ||= packages.has(match[0]) && isBare(inside, match.index, match[0].length);
    }
  }
  return { words, computed };
}

function isBare(text: string, at: number, length: number): boolean {
  const [before, after] = [text[at - 1] ?? '', text.slice(at + length, at + length + 40)];
  return !/['"]/.test(before) && !/^(?:['"]|\s*\.\s*[A-Za-z_])/.test(after);
}
