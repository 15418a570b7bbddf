/** The shortest secret that can be kept out of logs: a shorter one would turn up in innocent text. */
const shortest = 8;

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/**
 * Replaces secrets wherever they stand in a line: as they are, in JSON, in a URL, in base64 (at each of its three
 * alignments), and line by line where a secret has several. Everything else stays as it is.
 */
export function redactor(secrets: readonly string[]): (line: string) => string {
  const forms = new Set<string>();
  for (const secret of secrets) {
    for (const part of [secret, ...secret.split(/\r?\n/)]) {
      if (Buffer.byteLength(part) >= shortest) for (const form of formsOf(part)) forms.add(form);
    }
  }
  if (forms.size === 0) return (line) => line;
  // The longest first: a form must not be cut short by another one that it contains.
  const pattern = new RegExp(
    [...forms]
      .sort((a, b) => b.length - a.length)
      .map(escaped)
      .join('|'),
    'g',
  );
  return (line) => line.replaceAll(pattern, '***');
}

function* formsOf(secret: string): Generator<string> {
  yield secret;
  const json = JSON.stringify(secret).slice(1, -1);
  yield json;
  yield json.replaceAll(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  // Programs differ in what they escape in a URL, and in how they write a space and the digits.
  const lax = encodeURIComponent(secret.toWellFormed());
  const strict = lax.replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  for (const form of [lax, strict, strict.replaceAll('%2F', '/')]) {
    for (const url of [form, form.replaceAll('%20', '+')]) {
      yield url;
      yield url.replaceAll(/%../g, (escape) => escape.toLowerCase());
    }
  }
  for (const offset of [0, 1, 2]) {
    // The characters at both ends depend on the neighbouring bytes, so only the inner ones are looked for.
    const base64 = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)])
      .toString('base64')
      .replace(/=+$/, '');
    const inner = base64.slice(
      offset === 0 ? 0 : offset + 1,
      (Buffer.byteLength(secret) + offset) % 3 === 0 ? undefined : -1,
    );
    if (inner.length >= shortest) yield inner;
    const url = inner.replaceAll('+', '-').replaceAll('/', '_');
    if (url !== inner && inner.length >= shortest) yield url;
  }
}
