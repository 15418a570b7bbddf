import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { manifestMember } from './manifest-member.ts';

const id = 'model.shop.a';

test('a node is found among lists of parents, disabled twins and texts that look like it', () => {
  const node = { unique_id: id, raw_code: `{{ "}" }} \\" "${id}": {"unique_id": 1}`, columns: { x: [{}] } };
  const manifest = {
    parent_map: { [id]: ['seed.shop.b'] },
    disabled: { [id]: [{ unique_id: id, raw_code: 'old' }] },
    docs: { text: JSON.stringify({ [id]: { unique_id: id } }) },
    other: { [id]: { unique_id: 'else' } },
    nodes: { 'model.shop.ab': { unique_id: 'model.shop.ab' }, [id]: node },
  };
  for (const space of [0, 2]) {
    const bytes = Buffer.from(JSON.stringify(manifest, null, space));
    expect(manifestMember(bytes, id)).toEqual(node);
    expect(manifestMember(bytes, 'model.shop.none')).toBeUndefined();
  }
});

test('any object under its id is found as it is', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.string({ minLength: 1 }), (value, key) => {
      fc.pre(!('unique_id' in value));
      const bytes = Buffer.from(JSON.stringify({ nodes: { [key]: { ...value, unique_id: key } } }));
      fc.pre(key !== 'nodes' && key !== '__proto__');
      expect(manifestMember(bytes, key)).toEqual(JSON.parse(JSON.stringify({ ...value, unique_id: key })));
    }),
    { numRuns: 300, seed: 11 },
  );
});

test('bytes that are no manifest give nothing, and end', () => {
  const whole = Buffer.from(JSON.stringify({ nodes: { [id]: { unique_id: id, a: [1, { b: '"\\' }] } } }));
  for (let end = 0; end < whole.length - 2; end++) expect(manifestMember(whole.subarray(0, end), id)).toBeUndefined();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
      manifestMember(Buffer.concat([Buffer.from(`{"${id}": {`), Buffer.from(noise)]), id);
    }),
    { numRuns: 300, seed: 12 },
  );
});
