import { randomBytes } from 'node:crypto';
import type { Problem } from '@headgate/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { contentPolicy, pageHeaders } from './page-headers.ts';

/** How soon the browser looks again, in seconds: the server of the pages is started again when it ends. */
const againSeconds = 3;

/** Whether somebody looks at this answer, rather than a program. */
export const isLookedAt = ({ method, headers }: FastifyRequest): boolean =>
  method === 'GET' && (headers.accept ?? '').includes('text/html');

/** What a person sees while the server of the pages is away: what works, what to do, and the page itself soon after. */
export function sendStandIn(problem: Problem, reply: FastifyReply, isSecure: boolean): FastifyReply {
  const style =
    'body{font:14px/1.5 system-ui,sans-serif;margin:15vh auto;max-width:34rem;padding:0 1rem;color-scheme:light dark}';
  const facts = [problem.detail, problem.hint, `Request ${problem.requestId}`].map((fact) => `<p>${escaped(fact)}</p>`);
  return reply
    .status(problem.status)
    .headers({
      ...pageHeaders(contentPolicy(randomBytes(16).toString('base64')), isSecure),
      'retry-after': againSeconds,
    })
    .header('cache-control', 'no-store')
    .type('text/html; charset=utf-8')
    .send(
      `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
        `<meta http-equiv="refresh" content="${againSeconds}"><title>Headgate, in a moment</title><style>${style}</style>` +
        `<main><h1>The pages are away for a moment</h1><p>Runs go on, and nothing is lost. This page looks again by itself.</p>` +
        `${facts.join('')}</main></html>`,
    );
}

const escaped = (text = ''): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
