/** What a `Cookie` header says of one name; the first wins, as browsers send the most specific path first. */
export function cookieIn(header: string | undefined, name: string): string | undefined {
  for (const pair of (header ?? '').split(';')) {
    const equals = pair.indexOf('=');
    if (equals > 0 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim();
  }
  return undefined;
}

interface Cookie {
  readonly name: string;
  /** Made of characters that a cookie may hold: base64url. Undefined takes the cookie away. */
  readonly value: string | undefined;
  readonly path: string;
  readonly seconds: number;
  readonly isSecure: boolean;
}

/** A `Set-Cookie` header. No script reads it, and no other site's form sends it. */
export function setCookie({ name, value, path, seconds, isSecure }: Cookie): string {
  const age = value === undefined ? 0 : seconds;
  const parts = [`${name}=${value ?? ''}`, `Path=${path}`, `Max-Age=${age}`, 'HttpOnly', 'SameSite=Lax'];
  return [...parts, ...(isSecure ? ['Secure'] : [])].join('; ');
}
