import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Manifest, ManifestNode } from '../manifest.ts';
import { SelectableProject } from './select.ts';
import { OVERLAY_SELECTOR, translate } from './translate.ts';

type Rough = Partial<ManifestNode> & { unique_id: string };

function manifestOf(nodes: readonly Rough[], sources: readonly Rough[] = []): Manifest {
  const whole = (type: string) => (node: Rough) => ({
    resource_type: node.unique_id.split('.')[0] ?? type,
    package_name: node.unique_id.split('.')[1] ?? 'shop',
    name: node.fqn?.at(-1) ?? '',
    config: { enabled: true },
    ...node,
  });
  const byId = (list: readonly Rough[], type: string) =>
    Object.fromEntries(list.map((node) => [node.unique_id, whole(type)(node)]));
  return {
    metadata: { dbt_version: '1.12.6', project_name: 'shop' },
    nodes: byId(nodes, 'model'),
    sources: byId(sources, 'source'),
    macros: {},
    exposures: {},
    metrics: {},
    groups: {},
    semantic_models: {},
    saved_queries: {},
    unit_tests: {},
    functions: {},
    disabled: {},
    selectors: {},
  } as unknown as Manifest;
}

/** Runs the translation through the selection engine, which is proved against dbt elsewhere. */
function selectedBy(manifest: Manifest, ids: readonly string[], longest?: number): readonly string[] {
  const result = translate(manifest, ids, longest === undefined ? {} : { longest });
  if (!('translation' in result)) throw new Error(JSON.stringify(result));
  const { args, selectorsFile } = result.translation;
  const end = args.findIndex((arg, i) => i > 0 && arg.startsWith('--'));
  const project = new SelectableProject(manifest, selectorsFile === undefined ? {} : { selectorsFile });
  const answer = project.select({
    ...(args[0] === '--select' ? { select: args.slice(1, end) } : { selector: args[1]! }),
    indirectSelection: 'empty',
    resourceTypes: ['all'],
  });
  if (!('ids' in answer)) throw new Error(answer.error.message);
  return answer.ids;
}

const nested = manifestOf([
  { unique_id: 'model.shop.orders', fqn: ['shop', 'orders'] },
  { unique_id: 'model.shop.returns', fqn: ['shop', 'orders', 'returns'] },
  { unique_id: 'test.shop.orders.1', fqn: ['shop', 'orders'] },
  { unique_id: 'model.other.orders', fqn: ['other', 'shop', 'orders'] },
]);

describe('a translated selection selects exactly its set', () => {
  test('a plain name stands on the command line as it is', () => {
    const result = translate(nested, ['model.shop.returns'], { defer: { state: 'prod', favorState: true } });
    expect(result).toEqual({
      translation: {
        args: [
          ...['--select', 'fqn:shop.orders.returns', '--indirect-selection', 'empty'],
          ...['--defer', '--state', 'prod', '--favor-state'],
        ],
      },
    });
  });

  test('a name that catches more is refined until it does not', () => {
    expect(selectedBy(nested, ['model.shop.orders'])).toEqual(['model.shop.orders']);
    expect(selectedBy(nested, ['test.shop.orders.1'])).toEqual(['test.shop.orders.1']);
    expect(selectedBy(nested, ['model.shop.orders'], 0)).toEqual(['model.shop.orders']);
  });

  test('an empty set selects nothing, not everything', () => {
    expect(selectedBy(nested, [])).toEqual([]);
  });

  test('a long list goes into an overlay of selectors.yml', () => {
    const result = translate(nested, Object.keys(nested.nodes), { longest: 10 });
    expect(result).toMatchObject({
      translation: { args: ['--selector', OVERLAY_SELECTOR, '--indirect-selection', 'empty'] },
    });
    expect(selectedBy(nested, Object.keys(nested.nodes), 10)).toEqual(Object.keys(nested.nodes).sort());
  });

  test('blanks, commas, wildcards, dots and pluses in names are no operators', () => {
    const names = ['a b', 'a,b', 'a*', 'ab', 'a?', 'a[b]', 'a+', 'a+2', 'a.b', 'a:b', 'a/b', 'x.sql', 'abc', '!'];
    const manifest = manifestOf(
      names.map((name, i) => ({ unique_id: `test.shop.t${i}`, fqn: ['shop', name] })),
      names.map((name, i) => ({
        unique_id: `source.shop.s${i}`,
        name,
        source_name: 'raw',
        fqn: ['shop', 'raw', name],
      })),
    );
    for (let i = 0; i < names.length; i++) {
      expect(selectedBy(manifest, [`test.shop.t${i}`])).toEqual([`test.shop.t${i}`]);
      // a dot in a source's name can only be matched by any character
      if (names[i] !== 'a.b') expect(selectedBy(manifest, [`source.shop.s${i}`])).toEqual([`source.shop.s${i}`]);
    }
  });

  test('twins in name, type and file are told apart by what they test', () => {
    const twin = (hash: string, model: string) => ({
      unique_id: `test.shop.same.${hash}`,
      fqn: ['shop', 'same'],
      original_file_path: 'models/schema.yml',
      depends_on: { nodes: [model] },
    });
    const manifest = manifestOf([
      { unique_id: 'model.shop.a', fqn: ['shop', 'a'] },
      { unique_id: 'model.shop.b', fqn: ['shop', 'b'] },
      twin('1', 'model.shop.a'),
      twin('2', 'model.shop.b'),
    ]);
    expect(selectedBy(manifest, ['test.shop.same.2'])).toEqual(['test.shop.same.2']);
  });

  test('what is not in the manifest is refused by name', () => {
    expect(translate(nested, ['model.shop.gone'])).toMatchObject({ refused: [{ id: 'model.shop.gone' }] });
  });

  test('a version that is called as the pattern for another name is told apart from it', () => {
    const manifest = manifestOf([
      { unique_id: 'model.shop.a', fqn: ['shop', '[a]', 'v1', 'a'], original_file_path: 'models/a.sql' },
      { unique_id: 'model.shop.b', fqn: ['shop', 'v1', '[a]'], version: 1, original_file_path: 'models/b.sql' },
    ]);
    expect(selectedBy(manifest, ['model.shop.a'])).toEqual(['model.shop.a']);
  });

  test('holds for any set of any names, on the command line and in the overlay', () => {
    const part = fc.constantFrom('a', 'b', 'v1', 'shop', 'a.b', 'a b', 'a*', 'x+1', '[a]', 'b,a', 'é', '-');
    const node = fc.record({
      type: fc.constantFrom('model', 'test', 'seed', 'analysis'),
      pkg: fc.constantFrom('shop', 'a', 'v1'),
      path: fc.array(part, { minLength: 1, maxLength: 3 }),
      version: fc.constantFrom(null, null, 1),
    });
    const project = fc.array(fc.tuple(node, fc.boolean()), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(project, fc.constantFrom(0, 8000), (drawn, longest) => {
        const unique = new Map(
          drawn.map((entry) => [`${entry[0].type}.${entry[0].pkg}.${entry[0].path.join('/')}`, entry]),
        );
        const nodes = [...unique].map(([id, [{ type, pkg, path, version }]], i) => ({
          unique_id: `${id}#${i}`,
          resource_type: type,
          package_name: pkg,
          fqn: [pkg, ...path],
          // a version is the last part of a versioned model's path
          version: type === 'model' && path.length > 1 ? version : null,
          original_file_path: `models/${i}.sql`,
        }));
        const manifest = manifestOf(nodes);
        const ids = [...unique.values()].flatMap(([, isIn], i) => (isIn ? [nodes[i]!.unique_id] : [])).sort();
        expect(selectedBy(manifest, ids, longest)).toEqual(ids);
      }),
      { numRuns: 300 },
    );
  });
});
