interface Step {
  url: string;
  status: number;
}

interface Sending {
  method?: string;
  body?: object;
  headers?: Record<string, string>;
}

/** A browser without a screen: keeps cookies by path, follows redirects, and sends what our pages send. */
export class Jar {
  private readonly cookies = new Map<string, { value: string; path: string; attributes: string[] }>();

  /** `origin`: what people call the server that listens at `base`, when a proxy stands between. */
  constructor(
    private readonly base: string,
    private readonly origin = new URL(base).origin,
  ) {}

  /** Every address on the way, the last one being where it ended. `until`: stop before asking for that path. */
  async follow(
    path: string,
    { form, headers = {}, until }: { form?: URLSearchParams; headers?: Record<string, string>; until?: string } = {},
  ): Promise<Step[]> {
    const steps: Step[] = [];
    let url = new URL(path, this.origin);
    let body = form;
    for (let hops = 0; hops < 12; hops++) {
      if (url.pathname === until) return [...steps, { url: url.href, status: 0 }];
      const response = await fetch(url.href.replace(this.origin, this.base), {
        method: body ? 'POST' : 'GET',
        redirect: 'manual',
        headers: { cookie: this.header(url.pathname), ...(body && { origin: this.origin }), ...headers },
        ...(body && { body }),
      });
      await response.arrayBuffer();
      this.keep(response);
      steps.push({ url: url.href, status: response.status });
      const location = response.headers.get('location');
      if (!location) return steps;
      url = new URL(location, url);
      body = undefined;
    }
    throw new Error(`round and round: ${steps.map((step) => step.url).join(' ')}`);
  }

  async json(path: string, { method = 'GET', body, headers = {} }: Sending = {}) {
    const sent = {
      cookie: this.header(path),
      ...(method !== 'GET' && { origin: this.origin, 'x-headgate-request': 'web' }),
      ...(body && { 'content-type': 'application/json' }),
      ...headers,
    };
    const response = await fetch(new URL(path, this.base), {
      method,
      headers: Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== '')),
      ...(body && { body: JSON.stringify(body) }),
    });
    this.keep(response);
    const text = await response.text();
    return { status: response.status, body: (text ? JSON.parse(text) : {}) as Record<string, unknown> };
  }

  /** The same browser name, with somebody's session cookie. */
  with(secret: string): this {
    const name = `headgate-${new URL(this.base).port}`;
    this.cookies.set(name, { value: secret, path: '/', attributes: [] });
    return this;
  }

  session(): { secret: string; attributes: string[] } {
    const [found] = [...this.cookies].filter(([name]) => /^(__Host-headgate|headgate-\d+)$/.test(name));
    if (!found) throw new Error('no session cookie');
    return { secret: found[1].value, attributes: found[1].attributes };
  }

  header(path: string): string {
    return [...this.cookies]
      .filter(([, cookie]) => path.startsWith(cookie.path))
      .map(([name, { value }]) => `${name}=${value}`)
      .join('; ');
  }

  private keep(response: Response): void {
    for (const line of response.headers.getSetCookie()) {
      const [pair, ...rest] = line.split('; ');
      const [name, value] = [pair!.slice(0, pair!.indexOf('=')), pair!.slice(pair!.indexOf('=') + 1)];
      const attributes = rest.map((part) => part.replace(/^(httponly)$/i, 'HttpOnly').replace(/^path/i, 'Path'));
      const path = attributes.find((part) => part.startsWith('Path='))?.slice('Path='.length) ?? '/';
      const isGone = /max-age=0|expires=thu, 01 jan 1970/i.test(line);
      if (isGone) this.cookies.delete(name);
      else this.cookies.set(name, { value, path, attributes });
    }
  }
}
