import { expect, test } from '@jest/globals';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { inspect } from './inspect.ts';
import { readArtifact } from './read.ts';

const data = process.env['HEADGATE_DATA'] ?? fileURLToPath(new URL('../../../../../shared/data', import.meta.url));
const root = join(data, 'artifacts');
if (!existsSync(root)) throw new Error(`no specimens at ${root}: set HEADGATE_DATA`);
const golden = new URL('inspect.golden.jsonl', import.meta.url);

interface Counted {
  readonly [file: string]: {
    readonly nodes?: number;
    readonly by_type?: Record<string, number>;
    readonly sources?: number;
    readonly macros?: number | null;
    readonly orphan_edges?: number;
  };
}

const folders = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort();
const files = folders.flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name !== 'source.json')
    .sort()
    .map((name) => `${folder}/${name}`),
);
const bytesOf = (file: string): Buffer => readFileSync(join(root, file));

function lineOf(file: string): object {
  const result = readArtifact(bytesOf(file), { file });
  if (result.ok) return inspect(result.artifact);
  const { code, path, message } = result.error;
  return { file, error: { code, path, message } };
}

test('every specimen is taken or refused as the golden file says (UPDATE_GOLDEN=1 rewrites it)', () => {
  const lines = `${files.map((file) => JSON.stringify(lineOf(file))).join('\n')}\n`;
  if (process.env['UPDATE_GOLDEN']) writeFileSync(golden, lines);
  expect(lines).toBe(readFileSync(golden, 'utf8'));
});

test.each(files.filter((file) => file.includes('/manifest')))(
  'counts agree with those the specimens came with: %s',
  (file) => {
    const line = lineOf(file);
    if ('error' in line) return expect(line).toHaveProperty('error.code', 'empty_file');
    const [folder = '', name = ''] = file.split('/');
    const { counts } = JSON.parse(readFileSync(join(root, folder, 'source.json'), 'utf8')) as { counts: Counted };
    const said = counts[name.replace('.gz', '')] ?? counts[name];
    expect(line).toMatchObject({
      counts: { ...said?.by_type, source: said?.sources, macro: said?.macros ?? 0 },
      danglingEdges: said?.orphan_edges ?? 0,
    });
    return expect(line).toHaveProperty(
      'edges',
      plainEdges(JSON.parse(plainText(file)) as Record<string, Record<string, Plain>>),
    );
  },
);

interface Plain {
  readonly depends_on?: { readonly nodes?: readonly string[] };
}

function plainText(file: string): string {
  const bytes = bytesOf(file);
  return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
}

/** The definition once more, in the plainest words: distinct pairs with both ends in the file. */
function plainEdges(json: Record<string, Record<string, Plain>>): number {
  const maps = [
    'nodes',
    'sources',
    'exposures',
    'metrics',
    'semantic_models',
    'saved_queries',
    'unit_tests',
    'functions',
  ].map((key) => json[key] ?? {});
  const all = Object.assign({}, ...maps) as Record<string, Plain>;
  const pairs = Object.entries(all).flatMap(([id, node]) =>
    (node.depends_on?.nodes ?? []).map((parent) => `${id} ${parent}`),
  );
  return new Set(pairs.filter((pair) => (pair.split(' ')[1] as string) in all)).size;
}
