// Keeps one comment on a pull request: the one that carries our mark is rewritten, or written when there is none.
import { readFileSync } from 'node:fs';

const { GITHUB_TOKEN, COMMENTS, MARKER = 'default', FILE } = process.env;
if (!GITHUB_TOKEN || !COMMENTS || !FILE) throw new Error('GITHUB_TOKEN, COMMENTS and FILE must be set');
const mark = `<!-- headgate plan: ${MARKER.replaceAll('-->', '')} -->`;
const body = `${mark}\n${readFileSync(FILE, 'utf8')}`;

async function asked(url, method, sent) {
  const answer = await fetch(url, {
    method,
    headers: {
      authorization: `Bearer ${GITHUB_TOKEN}`,
      accept: 'application/vnd.github+json',
      'content-type': 'application/json',
    },
    ...(sent && { body: JSON.stringify(sent) }),
  });
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

async function ours() {
  for (let page = 1; ; page++) {
    const comments = await asked(`${COMMENTS}?per_page=100&page=${page}`, 'GET');
    const found = comments.find((comment) => comment.body?.startsWith(mark));
    if (found || comments.length < 100) return found;
  }
}

const before = await ours();
if (!before) await asked(COMMENTS, 'POST', { body });
else if (before.body !== body) await asked(before.url, 'PATCH', { body });
