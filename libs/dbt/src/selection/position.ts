import type { ErrorPosition } from './failure.ts';
import type { SelectionRequest } from './select.ts';

/** Finds the word that an error is about in what was asked, or in selectors.yml, where the index is that of the line. */
export function locate(
  request: SelectionRequest,
  selectorsFile: string | undefined,
  raw: string,
): ErrorPosition | undefined {
  for (const argument of ['select', 'exclude'] as const) {
    for (const [index, text] of (request[argument] ?? []).entries()) {
      const start = wordAt(text, raw);
      if (start >= 0) return { argument, index, start, end: start + raw.length, text };
    }
  }
  const { selector } = request;
  if (selector === raw) return { argument: 'selector', index: 0, start: 0, end: raw.length, text: raw };
  for (const [index, text] of (selectorsFile ?? '').split('\n').entries()) {
    const start = raw === '' ? -1 : text.indexOf(raw);
    if (start >= 0) return { argument: 'selectors.yml', index, start, end: start + raw.length, text };
  }
  return undefined;
}

/** Where a whole word, between blanks and commas, begins; -1 when the text does not have it. */
function wordAt(text: string, word: string): number {
  let at = 0;
  for (const part of text.split(/[ ,]/)) {
    if (part === word) return at;
    at += part.length + 1;
  }
  return -1;
}
