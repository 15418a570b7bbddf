import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { gzipSync } from 'node:zlib';
import { inspect } from './inspect.ts';
import { type Artifact, ArtifactReader, type ManifestArtifact, readArtifact, type ReadOptions } from './read.ts';

const file = 'target/manifest.json';
const schema = (name: string) => ({ dbt_schema_version: `https://schemas.getdbt.com/dbt/${name}.json` });
const read = (value: unknown, options: Partial<ReadOptions> = {}) =>
  readArtifact(typeof value === 'string' || value instanceof Uint8Array ? value : JSON.stringify(value), {
    file,
    ...options,
  });

function taken(value: unknown): Artifact {
  const result = read(value);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.artifact;
}

const refused = (value: unknown, options: Partial<ReadOptions> = {}) => {
  const result = read(value, options);
  return result.ok ? 'taken' : { code: result.error.code, path: result.error.path };
};

const model = (more: object = {}) => ({
  resource_type: 'model',
  name: 'a',
  package_name: 'p',
  unique_id: 'model.p.a',
  ...more,
});
const manifest = (nodes: object, more: object = {}) => ({
  metadata: schema('manifest/v12'),
  nodes,
  sources: {},
  macros: {},
  ...more,
});

test('maps that an older version does not have are empty, and unknown keys are kept', () => {
  const { manifest: read } = taken(
    manifest({ 'model.p.a': model({ surprise: 1 }) }, { brand_new: [1] }),
  ) as ManifestArtifact;
  expect([read.metrics, read.unit_tests, read.disabled]).toEqual([{}, {}, {}]);
  expect(read.nodes['model.p.a']).toMatchObject({ surprise: 1 });
  expect(read['brand_new']).toEqual([1]);
});

test('an id that names a property of every object is not in the manifest', () => {
  const { manifest: read } = taken(manifest({})) as ManifestArtifact;
  expect(read.nodes['constructor']).toBeUndefined();
});

test('the shape decides what a file is, and a claim that differs is said', () => {
  const artifact = taken({
    ...manifest({ 'model.p.a': model({ raw_sql: 'select 1' }) }),
    metadata: schema('run-results/v6'),
  });
  expect(artifact.kind).toBe('manifest');
  expect(artifact.warnings.map((warning) => warning.code)).toEqual(['version_differs']);
  expect(taken(manifest({ 'model.p.a': model({ raw_sql: 'select 1' }) })).warnings[0]?.message).toContain('raw_sql');
});

test.each([
  [
    'a catalog',
    { metadata: {}, nodes: { 'model.p.a': { metadata: {}, columns: {}, stats: {} } }, sources: {} },
    'catalog',
  ],
  ['an empty catalog', { metadata: schema('catalog/v1'), nodes: {}, sources: {}, errors: null }, 'catalog'],
  [
    'run results',
    { metadata: {}, results: [{ unique_id: 'model.p.a', status: 'success', timing: [] }] },
    'run_results',
  ],
  [
    'freshness',
    { metadata: {}, results: [{ unique_id: 'source.p.s.t', status: 'pass', max_loaded_at: '' }] },
    'sources',
  ],
  [
    'freshness without a version',
    { results: [{ node: { unique_id: 'source.p.s.t', resource_type: 'source' }, status: 'warn' }] },
    'sources',
  ],
  ['freshness of nothing', { metadata: schema('sources/v3'), results: [], elapsed_time: 0 }, 'sources'],
])('%s is known by its shape', (_, value, kind) => {
  expect(taken(value).kind).toBe(kind);
});

test('disabled nodes may come as a list or as a map, and share one id', () => {
  const twice = [model(), model()];
  const list = taken(manifest({}, { disabled: twice })) as ManifestArtifact;
  const map = taken(manifest({}, { disabled: { 'model.p.a': twice } })) as ManifestArtifact;
  expect(list.manifest.disabled).toEqual(map.manifest.disabled);
  expect([list.disabledLength, map.disabledLength]).toEqual([2, 1]);
});

test('the same artifact has one id, gzipped or not', () => {
  const bytes = Buffer.from(JSON.stringify(manifest({})));
  expect(taken(gzipSync(bytes)).id).toBe(taken(bytes).id);
});

test.each([
  ['no bytes', '', 'empty_file', '$'],
  ['only spaces', ' \n', 'empty_file', '$'],
  ['literal backslashes for newlines', '{\\n "a": 1}', 'not_json', '$'],
  ['a truncated file', '{"nodes": {"model.p.a": {"name": "x', 'not_json', '$.nodes["model.p.a"]'],
  ['a value that is no JSON', '{"nodes": {"model.p.a": {"name": nul}}}', 'not_json', '$.nodes["model.p.a"]'],
  ['two values', '{"nodes": {}} {}', 'not_json', '$'],
  ['a missing comma', '{"nodes": {} "sources": {}}', 'not_json', '$'],
  ['a list', '[]', 'not_an_artifact', '$'],
  ['another file', '{"name": "x"}', 'not_an_artifact', '$'],
  ['bytes that are not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 'not_utf8', '$'],
  ['damaged gzip', gzipSync('{}').subarray(0, 12), 'not_json', '$'],
])('%s: refused with a path', (_, value, code, path) => {
  expect(refused(value)).toEqual({ code, path });
});

test.each([
  ['a node that is a list', { 'model.p.a': [] }, '$.nodes["model.p.a"]'],
  ['dependencies that are a string', { 'model.p.a': model({ depends_on: 'x' }) }, '$.nodes["model.p.a"].depends_on'],
  [
    'a dependency that is a number',
    { 'model.p.a': model({ depends_on: { nodes: [1] } }) },
    '$.nodes["model.p.a"].depends_on.nodes[0]',
  ],
  ['a config that is a list', { 'model.p.a': model({ config: [] }) }, '$.nodes["model.p.a"].config'],
  ['a name that is a number', { 'model.p.a': model({ name: 7 }) }, '$.nodes["model.p.a"].name'],
])('%s: refused where it stands', (_, nodes, path) => {
  expect(refused(manifest(nodes))).toEqual({ code: 'wrong_shape', path });
});

test.each([
  ['as a key of a node', '{"nodes":{"model.p.a":{"__proto__":{"x":1}}},"macros":{}}'],
  ['escaped', '{"nodes":{"model.p.a":{"\\u005f_proto__":{"x":1}}},"macros":{}}'],
  ['as an id', '{"nodes":{"__proto__":{}},"macros":{}}'],
  ['at the top', '{"__proto__":{},"nodes":{}}'],
])('the prototype key is refused: %s', (_, text) => {
  expect(refused(text)).toMatchObject({ code: 'forbidden_key' });
  expect(({} as { x?: number }).x).toBeUndefined();
});

test('depth, size, members and numbers are bounded', () => {
  const deep = `{"nodes":{"model.p.a":${'['.repeat(100_000)}`;
  expect(refused(deep)).toEqual({ code: 'too_deep', path: '$.nodes["model.p.a"]' });
  expect(refused(manifest({}), { bounds: { maxBytes: 10 } })).toEqual({ code: 'too_large', path: '$' });
  expect(refused(manifest({ a: model(), b: model() }), { bounds: { maxMembers: 1 } })).toMatchObject({
    code: 'too_many_members',
  });
  expect(refused('{"nodes":{"model.p.a":{"meta":{"n":1e999}}},"macros":{}}')).toMatchObject({
    code: 'number_out_of_range',
    path: '$.nodes["model.p.a"].meta.n',
  });
});

test('a small file that unpacks to hundreds of megabytes is refused', () => {
  const bomb = gzipSync(Buffer.alloc(100_000_000, 0x20));
  expect(refused(bomb)).toEqual({ code: 'too_large', path: '$' });
});

test('an edge to a disabled node dangles, and is told with its path', () => {
  const reader = model({ unique_id: 'model.p.b', depends_on: { nodes: ['model.p.a', 'model.p.c', 'model.p.c'] } });
  const line = inspect(
    taken(
      manifest(
        { 'model.p.b': reader, 'model.p.c': model({ unique_id: 'model.p.c' }) },
        { disabled: { 'model.p.a': [model()] } },
      ),
    ),
  );
  expect([line.edges, line.danglingEdges]).toEqual([1, 1]);
  expect(line.warnings).toEqual([
    { code: 'dangling_edge', path: '$.nodes["model.p.b"].depends_on.nodes[0]', message: 'model.p.a is disabled' },
  ]);
});

test('a file that comes in pieces, its nodes handed over one by one, says what it says as a whole', () => {
  const more = {
    macros: { 'macro.p.m': { macro_sql: '' } },
    groups: { 'group.p.g': { name: 'g', owner: { email: 'g@example.com' } } },
    disabled: { 'model.p.z': [model()] },
  };
  const nodes = { 'model.p.a': model({ raw_sql: 'select 1' }), 'model.p.b': model({ columns: { é: { name: 'é' } } }) };
  const files = [
    manifest(nodes, more),
    { ...more, ...manifest(nodes) },
    manifest({}, more),
    { metadata: {}, nodes: { 'model.p.a': { metadata: {}, columns: {}, stats: {} } }, sources: {} },
    { metadata: {}, results: [{ unique_id: 'model.p.a', status: 'success', timing: [] }] },
    manifest({ 'model.p.a': model({ config: [] }) }),
  ].map((value) => Buffer.from(JSON.stringify(value)));
  fc.assert(
    fc.property(fc.constantFrom(...files), fc.integer({ min: 1, max: 200 }), fc.nat(3000), (bytes, size, cut) => {
      const given = cut < bytes.length ? bytes.subarray(0, cut) : bytes;
      const taken: [string, string][] = [];
      const reader = new ArtifactReader({ file, nodes: (node, map) => taken.push([map, node.unique_id]) });
      for (let at = 0; at < given.length; at += size) reader.feed(given.subarray(at, at + size));
      const result = reader.end();
      const whole = read(given);
      if (!whole.ok || !result.ok) return expect(result).toEqual(whole);
      const { manifest: ofWhole, ...rest } = whole.artifact as ManifestArtifact;
      const { manifest: ofPieces, ...same } = result.artifact as ManifestArtifact;
      expect(same).toEqual(rest);
      const maps = ['nodes', 'sources', 'groups'] as const;
      const wanted = maps.flatMap((map) => Object.keys(ofWhole?.[map] ?? {}).map((id) => [map, id]));
      expect(taken.toSorted()).toEqual(wanted.toSorted());
      expect(Object.keys(ofPieces?.nodes ?? {})).toEqual([]);
    }),
    { numRuns: 500, seed: 3 },
  );
});

test('a file is taken or refused exactly as its JSON is valid, whatever bytes change', () => {
  const bytes = Buffer.from(
    JSON.stringify(manifest({ 'model.p.a': model({ meta: { 'k"\\': [1, 'é', null, true, { a: {} }] } }) })),
  );
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.constantFrom(...'{}[]",:\\ 0ae'), (at, char) => {
      const copy = Buffer.from(bytes);
      copy.write(char, at);
      let valid = true;
      try {
        JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(copy));
      } catch {
        valid = false;
      }
      const result = read(copy);
      const saidInvalid = !result.ok && ['not_json', 'not_utf8'].includes(result.error.code);
      expect(saidInvalid).toBe(!valid);
    }),
    { numRuns: 2000, seed: 11 },
  );
});

test('a text of any length and with any escapes ends where it ends, in whatever pieces it comes', () => {
  const part = fc.constantFrom(
    '\\\\',
    '\\"',
    '\\n',
    '\\u00e9',
    '\\\\u',
    'select ',
    'é',
    ' '.repeat(60),
    'x',
    '\\u005f',
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 40 }), fc.integer({ min: 1, max: 90 }), (parts, size) => {
      const [key, text] = [`"k${parts.slice(0, 5).join('')}"`, `"${parts.join('')}"`];
      const bytes = Buffer.from(`{"metadata":{},"macros":{},"nodes":{${key}:{"name":"a","raw_code":${text}}}}`);
      const seen: unknown[] = [];
      const reader = new ArtifactReader({ file, nodes: (node) => seen.push([node.unique_id, node['raw_code']]) });
      for (let at = 0; at < bytes.length; at += size) reader.feed(bytes.subarray(at, at + size));
      expect(reader.end().ok).toBe(true);
      expect(seen).toEqual([[JSON.parse(key), JSON.parse(text)]]);
    }),
    { numRuns: 1000, seed: 3 },
  );
});
