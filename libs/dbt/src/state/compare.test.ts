import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import type { Manifest, ManifestNode } from '../manifest.ts';
import { compareStates, type NodeComparison } from './compare.ts';
import { sameValue, type JsonValue } from './json.ts';
import { modifiedParts, nodeParts } from './parts.ts';

const fixtures = path.resolve(import.meta.dirname, '../../../testing/fixtures/selection');
const now = new Date('2026-11-21');

function manifest(name: string): Manifest {
  return JSON.parse(gunzipSync(readFileSync(path.join(fixtures, `${name}/manifest.json.gz`))).toString()) as Manifest;
}

const galaxy = manifest('galaxy/current');

type Change = (copy: {
  nodes: Record<string, Node>;
  sources: Record<string, Node>;
  macros: Record<string, Node>;
}) => void;
type Node = Record<string, JsonValue> & {
  config: Record<string, JsonValue>;
  unrendered_config: Record<string, JsonValue>;
};

/** Compares galaxy with a copy of it in which one thing was changed before. */
function afterUndoing(change: Change, id: string): NodeComparison {
  const copy = structuredClone(galaxy);
  change(copy as never);
  return compareStates(copy, galaxy, { now }).node(id)!;
}

const model = 'model.galaxy.fct_supply_10'; // persists descriptions of the relation and its columns
const plain = 'model.galaxy.fct_finance_10'; // persists none

describe('what dbt calls modified', () => {
  const cases: readonly [string, string, Change, readonly string[], boolean][] = [
    ['nothing', model, () => {}, [], false],
    ['the code', model, (m) => (m.nodes[model]!['raw_code'] = 'select 2'), ['body'], true],
    ['a config', model, (m) => (m.nodes[model]!.unrendered_config['materialized'] = 'x'), ['configs'], true],
    ['a rendered config only', model, (m) => (m.nodes[model]!.config['materialized'] = 'x'), [], false],
    ['a tag', model, (m) => (m.nodes[model]!.unrendered_config['tags'] = ['new']), [], false],
    [
      'true to 1',
      model,
      (m) => (m.nodes[model]!.unrendered_config['persist_docs'] = { relation: 1, columns: 1 }),
      [],
      false,
    ],
    ['the schema', model, (m) => (m.nodes[model]!.unrendered_config['schema'] = 'x'), ['relation'], true],
    ['a persisted description', model, (m) => (m.nodes[model]!['description'] = 'x'), ['persisted_descriptions'], true],
    ['another description', plain, (m) => (m.nodes[plain]!['description'] = 'x'), [], false],
    ['the folder', model, (m) => (m.nodes[model]!['fqn'] = ['galaxy', 'x']), ['fqn'], true],
    ['the access', model, (m) => (m.nodes[model]!['access'] = 'private'), ['reference'], true],
  ];

  test.each(cases)('%s', (_, id, change, changed, isModified) => {
    const comparison = afterUndoing(change, id);
    expect([[...comparison.changed], comparison.isModified]).toEqual([changed, isModified]);
  });

  test('a node that was not there is modified in all its parts', () => {
    const comparison = afterUndoing((m) => delete m.nodes[model], model);
    expect(comparison).toMatchObject({ isNew: true, isModified: true });
    expect(comparison.changed.has('relation')).toBe(true);
  });

  test('a new source is new, but not modified', () => {
    const id = 'source.galaxy.raw_ops.t1';
    expect(afterUndoing((m) => delete m.sources[id], id)).toMatchObject({ isNew: true, isModified: false });
  });

  test('a seed without a checksum is never the same', () => {
    const id = Object.keys(galaxy.nodes).find((key) => key.startsWith('seed.'))!;
    const copy = structuredClone(galaxy) as { nodes: Record<string, { checksum: JsonValue }> } & Manifest;
    copy.nodes[id]!.checksum = { name: 'none', checksum: '' };
    expect(compareStates(copy, copy, { now }).node(id)!.isModified).toBe(true);
  });

  test('the body of a generic test is compared by .body alone', () => {
    const id = Object.keys(galaxy.nodes).find((key) => key.startsWith('test.galaxy.not_null'))!;
    const comparison = afterUndoing((m) => (m.nodes[id]!['raw_code'] = 'x'), id);
    expect([[...comparison.changed], comparison.isModified]).toEqual([['body'], false]);
  });

  test('a macro is modified for all that reach it, however far away', () => {
    const change: Change = (m) => (m.macros['macro.galaxy.inner_helper']!['macro_sql'] = 'x');
    // int_ops_06 calls outer_helper, which calls inner_helper
    expect(afterUndoing(change, 'model.galaxy.int_ops_06')).toMatchObject({ macros: true, isModified: true });
    expect(afterUndoing(change, plain)).toMatchObject({ macros: false, isModified: false });
  });
});

describe('parts in their hashable form', () => {
  test('equal parts and macros mean that dbt finds nothing modified, and the other way round', () => {
    const previous = manifest('galaxy/prev');
    const comparison = compareStates(previous, galaxy, { now });
    const ids = [...Object.keys(galaxy.nodes), ...Object.keys(galaxy.sources), ...Object.keys(galaxy.functions)];
    for (const id of ids) {
      const [before, after] = [nodeParts(previous, id), nodeParts(galaxy, id)!];
      if (!before) continue;
      const same =
        modifiedParts(after.kind).every((part) => sameValue(before.parts[part], after.parts[part])) &&
        sameValue(before.macros as unknown as JsonValue, after.macros as unknown as JsonValue);
      expect([id, same]).toEqual([id, !comparison.node(id)!.isModified]);
    }
  });

  test('what is not in the manifest has none', () => {
    expect(nodeParts(galaxy, 'model.galaxy.nope')).toBeUndefined();
  });
});

describe('contracts', () => {
  const id = 'model.galaxy.contract_same';
  const withContract = (change: (node: Node) => void) => {
    const copy = structuredClone(galaxy) as Manifest & { nodes: Record<string, Node & ManifestNode> };
    change(copy.nodes[id]!);
    return copy;
  };

  test('a column less breaks it, which is a warning unless the model is versioned', () => {
    const current = withContract((node) => {
      node['columns'] = { id: (node['columns'] as Record<string, JsonValue>)['id']! };
      (node['contract'] as Record<string, JsonValue>)['checksum'] = 'other';
    });
    expect(compareStates(galaxy, current, { now }).contractBreak(id)).toMatchObject({
      breaks: ['Columns were removed: \n    - amount'],
      fatal: false,
    });
    const versioned = structuredClone(current) as typeof current;
    versioned.nodes[id]!['version'] = 1;
    expect(compareStates(galaxy, versioned, { now }).contractBreak(id)).toMatchObject({ fatal: true });
  });

  test('more size is no breach, another type is', () => {
    const typed = (type: string) =>
      withContract((node) => {
        (node['columns'] as Record<string, Record<string, JsonValue>>)['id']!['data_type'] = type;
        (node['contract'] as Record<string, JsonValue>)['checksum'] = type;
      });
    expect(compareStates(typed('varchar(10)'), typed('VARCHAR(20)'), { now }).contractBreak(id)).toBeUndefined();
    expect(compareStates(typed('varchar(10)'), typed('text'), { now }).contractBreak(id)?.breaks).toEqual([
      'Columns with data_type changes: \n    - id (varchar(10) -> text)',
    ]);
  });

  test('a contracted model that is gone is a breach until it is past its deprecation date', () => {
    const gone = (deprecation: string | null) => {
      const previous = withContract((node) => (node['deprecation_date'] = deprecation));
      const current = structuredClone(galaxy) as Manifest & { nodes: Record<string, unknown> };
      delete current.nodes[id];
      return compareStates(previous, current, { now }).removedContracts.map(({ breaks }) => breaks[0]);
    };
    expect(gone(null)).toEqual([`Contracted model '${id}' was deleted or renamed.`]);
    expect(gone('2026-01-01T00:00:00+00:00')).toEqual([]);
  });
});
