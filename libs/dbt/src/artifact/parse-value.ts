import { at, RefusedError } from './refusal.ts';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * One JSON value from its bytes. `isOdd`: it may hold escapes or numbers that a tree walk must judge.
 * @throws {RefusedError} with the path of what is wrong inside; a SyntaxError's words when it is no JSON
 */
export function parseValue(slice: Uint8Array, path: string, isOdd: boolean, broken: (what: string) => never): unknown {
  let text: string;
  try {
    text = decoder.decode(slice);
  } catch {
    throw new RefusedError('not_utf8', path, 'the bytes are not UTF-8');
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return broken(`not JSON: ${(error as Error).message.slice(0, 160)}`);
  }
  if (isOdd ? suspicious(text) : text.includes('__proto__')) inspectTree(value, path);
  return value;
}

/** A cheap look for what a tree walk must judge: the prototype key (also escaped), numbers beyond a double, broken text. */
function suspicious(text: string): boolean {
  return text.includes('__proto__') || /\\u(?:005|[dD][89a-fA-F])|\d[eE]\+?\d{3}|\d{309}/.test(text);
}

function inspectTree(root: unknown, rootPath: string): void {
  const stack: [unknown, string][] = [[root, rootPath]];
  for (let top = stack.pop(); top; top = stack.pop()) {
    const [value, path] = top;
    inspectScalar(value, path);
    if (typeof value !== 'object' || value === null) continue;
    if (Array.isArray(value)) value.forEach((item, i) => stack.push([item, at(path, i)]));
    else
      for (const key of Object.keys(value)) {
        if (key === '__proto__') throw new RefusedError('forbidden_key', path, 'the key "__proto__" is not taken');
        inspectScalar(key, path);
        stack.push([(value as Record<string, unknown>)[key], at(path, key)]);
      }
  }
}

function inspectScalar(value: unknown, path: string): void {
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new RefusedError('number_out_of_range', path, 'a number is beyond what a double holds');
  if (typeof value === 'string' && !value.isWellFormed())
    throw new RefusedError('broken_text', path, 'a text holds half of a surrogate pair, which no UTF-8 can say');
}
