/** What the public API answered; `text` as it came, and `body` what it says as JSON, `{}` when it is none. */
export interface Answer<T = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: T;
}

export interface Asking {
  /** The bearer; an empty one is none. */
  readonly token: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One request to the public API. An object is sent as JSON, a string as JSON text, bytes as they are. */
export async function send<T>(
  url: string,
  method: string,
  body: unknown,
  { token, headers }: Asking,
): Promise<Answer<T>> {
  const isBytes = body instanceof Uint8Array || body instanceof ArrayBuffer;
  const response = await fetch(url, {
    method,
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': isBytes ? 'application/octet-stream' : 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: isBytes || typeof body === 'string' ? (body as string) : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: parsed(text) as T };
}

/** Artifacts come as plain bytes and exports as lines, so the content type says too little. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
