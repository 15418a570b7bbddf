// The public HTTP API, as anybody would call it.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** An answer that the story cannot go on from. */
export class Unexpected extends Error {}

/** @typedef {ReturnType<typeof apiAt>} Api */

/** @param {string} http base URL @param {string} tokenFile */
export function apiAt(http, tokenFile) {
  const token = readFileSync(tokenFile, 'utf8').trim();

  async function send(method, path, body, type = 'application/json') {
    const response = await fetch(`${http}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': type }) },
      body,
      signal: AbortSignal.timeout(60_000),
    });
    if (!response.ok)
      throw new Unexpected(`${method} ${path}: ${response.status} ${(await response.text()).slice(0, 500)}`);
    return response;
  }

  const json = async (method, path, body) =>
    (await send(method, path, body === undefined ? undefined : JSON.stringify(body))).json();

  return {
    get: (path) => json('GET', path),
    post: (path, body = {}) => json('POST', path, body),
    /** @returns {Promise<Buffer>} */
    download: async (path) => Buffer.from(await (await send('GET', path)).arrayBuffer()),
    /** @param {Buffer} bytes @returns {Promise<string>} its digest */
    upload: async (bytes) => {
      const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
      await send('PUT', `/blobs/${digest}`, bytes, 'application/octet-stream');
      return digest;
    },
  };
}

/**
 * Asks until there is an answer.
 * @template T
 * @param {string} what is waited for
 * @param {() => Promise<T | undefined>} ask @returns {Promise<T>}
 */
export async function until(what, ask, withinMs = 60_000) {
  for (const end = performance.now() + withinMs; ;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > end) throw new Unexpected(`waited ${withinMs / 1000} s for ${what}`);
    await sleep(150);
  }
}
