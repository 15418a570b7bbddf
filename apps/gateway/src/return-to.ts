const ours = /^\/(?:api|auth|oidc|events|sign-in)(?:[/?#]|$)/;

/**
 * Where to go after signing in: a page of this origin, or the first page. Browsers read `//host`, `/\host` and control
 * characters their own way, so the answer is what a browser would make of it, looked at again.
 */
export function returnTo(wanted: unknown, origin: string): string {
  if (typeof wanted !== 'string' || !/^\/(?![/\\])/.test(wanted) || wanted.length > 2000) return '/';
  if (!URL.canParse(wanted, origin)) return '/';
  const url = new URL(wanted, origin);
  if (url.origin !== origin || url.pathname.startsWith('//')) return '/';
  return ours.test(url.pathname) ? '/' : `${url.pathname}${url.search}${url.hash}`;
}
