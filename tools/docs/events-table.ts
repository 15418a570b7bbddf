// Keeps the "who publishes, who hears" table of docs/architecture.md as the code has it. --check only compares.
import { readFile, writeFile } from 'node:fs/promises';
import { eventTypes } from '@headgate/contracts';
import { format } from 'prettier';
import { services } from '../../apps/all/src/services.ts';

const file = new URL('../../docs/architecture.md', import.meta.url);
const [begin, end] = ['<!-- events: generated -->', '<!-- /events -->'];

const rows = eventTypes.map(({ type, service }) => {
  const hearers = services
    .filter(({ hears = [] }) => hears.some((event) => event.type === type))
    .map(({ name }) => name);
  return `| \`${type}\` | ${service} | ${hearers.join(', ') || 'nobody yet'} |`;
});
const table = ['| event | published by | heard by |', '|---|---|---|', ...rows].join('\n');
const text = await readFile(file, 'utf8');
const [before, rest = ''] = text.split(begin);
const wanted = await format(`${before}${begin}\n\n${table}\n\n${end}${rest.split(end)[1] ?? ''}`, {
  parser: 'markdown',
});

if (process.argv.includes('--check')) {
  if (wanted !== text) throw new Error('docs/architecture.md is behind the code: run `npm run docs` and commit');
} else {
  await writeFile(file, wanted);
}
