const [QUOTE, BACKSLASH, COLON] = [0x22, 0x5c, 0x3a];
const [OPEN, CLOSE, OPEN_LIST, CLOSE_LIST] = [0x7b, 0x7d, 0x5b, 0x5d];

/**
 * One node out of a manifest's bytes without parsing the rest: the object that stands under its id, or undefined. Of a
 * manifest that was read before; of other bytes it answers undefined or some object with that `unique_id`.
 */
export function manifestMember(bytes: Buffer, id: string): Record<string, unknown> | undefined {
  const key = Buffer.from(JSON.stringify(id));
  for (let at = bytes.indexOf(key); at !== -1; at = bytes.indexOf(key, at + 1)) {
    // A quote inside of a string is preceded by a backslash.
    if (bytes[at - 1] === BACKSLASH) continue;
    const colon = pastSpace(bytes, at + key.length);
    if (bytes[colon] !== COLON) continue;
    const start = pastSpace(bytes, colon + 1);
    const end = bytes[start] === OPEN ? endOf(bytes, start) : undefined;
    const value = end === undefined ? undefined : parsed(bytes.toString('utf8', start, end));
    if (value && (value['unique_id'] === undefined || value['unique_id'] === id)) return value;
  }
  return undefined;
}

function pastSpace(bytes: Buffer, from: number): number {
  let at = from;
  for (let c = bytes[at]; c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09; c = bytes[++at]);
  return at;
}

/** The end of the object that opens at `start`; undefined when it has none. */
function endOf(bytes: Buffer, start: number): number | undefined {
  let depth = 0;
  for (let at = start; at < bytes.length; at++) {
    const c = bytes[at];
    if (c === QUOTE) {
      for (at++; bytes[at] !== QUOTE; at++) {
        if (at >= bytes.length) return undefined;
        if (bytes[at] === BACKSLASH) at++;
      }
    } else if (c === OPEN || c === OPEN_LIST) depth++;
    else if ((c === CLOSE || c === CLOSE_LIST) && --depth === 0) return at + 1;
  }
  return undefined;
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
