import { Readable } from 'node:stream';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { runSelect } from './select.ts';
import type { SelectFlags } from './select-inputs.ts';

const fixtures = path.resolve(import.meta.dirname, '../../../libs/testing/fixtures/selection');
const manifest = path.join(fixtures, 'galaxy/current/manifest.json.gz');
const state = path.join(fixtures, 'galaxy/prev');

async function run(flags: Partial<SelectFlags>, input = '') {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await runSelect(
    { manifest, ...flags },
    { input: Readable.from([input]), print: (line) => out.push(line), complain: (line) => err.push(line) },
  );
  return { code, out, err };
}

describe('headgate select', () => {
  test('prints one id a line and exits 0', async () => {
    expect(await run({ select: ['fct_ops_01'], resourceType: ['model'] })).toEqual({
      code: 0,
      out: ['model.galaxy.fct_ops_01'],
      err: [],
    });
  });

  test('exits 1 when nothing matches, and says so', async () => {
    const { code, out, err } = await run({ select: ['nope'] });
    expect([code, out]).toEqual([1, []]);
    expect(err.join('\n')).toContain('No nodes selected!');
  });

  test("exits 2 with dbt's own error, the place and a hint", async () => {
    const { code, err } = await run({ select: ['tagg:x'] });
    expect(code).toBe(2);
    expect(err.join('\n')).toMatch(/not a valid method name[\s\S]*\^{6}[\s\S]*did you mean tag/);
  });

  test('exits 3 when an artifact or a folder is not there', async () => {
    expect((await run({ manifest: 'nowhere.json' })).code).toBe(3);
    expect((await run({ state: 'nowhere' })).code).toBe(3);
    expect((await run({ selectors: 'nowhere.yml' })).code).toBe(3);
    expect((await run({ project: 'nowhere' })).code).toBe(3);
  });

  test('reads sources.json beside the manifest and run results from the state', async () => {
    expect((await run({ select: ['source_status:fresher+'], state })).code).toBe(0);
    expect((await run({ select: ['result:error'], state })).code).toBe(0);
  });

  test('explains each id', async () => {
    const { out } = await run({ select: ['1+fct_ops_01'], explain: true, resourceType: ['model'] });
    expect(out).toContain('model.galaxy.int_ops_13\t1+fct_ops_01 (ancestor)');
  });

  test('a batch answers every line in order, whatever one of them says', async () => {
    const lines = [
      { select: ['fct_ops_01'], resource_types: ['model'] },
      { select: ['state:bogus'], state },
      { select: 5 },
      { select: ['state:new'], state: 'nowhere' },
      { select: 'fct_ops_02', resource_types: ['model'], selector: null, flags: [], indirect_selection: null },
    ];
    const { code, out } = await run(
      { batch: true },
      [...lines.map((l) => JSON.stringify(l)), 'not json', ''].join('\n'),
    );
    expect(code).toBe(0);
    expect(out.map((line) => JSON.parse(line) as unknown)).toEqual([
      { ids: ['model.galaxy.fct_ops_01'] },
      { error: expect.objectContaining({ class: 'DbtRuntimeError' }) },
      { error: { class: 'BadRequest', message: 'select must be a list of strings' } },
      { error: expect.objectContaining({ class: 'ArtifactMissing' }) },
      { ids: ['model.galaxy.fct_ops_02'] },
      { error: expect.objectContaining({ class: 'BadRequest' }) },
    ]);
  });
});
