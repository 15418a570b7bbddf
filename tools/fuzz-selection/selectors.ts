import { stringify } from 'yaml';
import { drawWord, type Vocabulary } from './expressions.ts';
import type { Random } from '../random.ts';

/** A random selectors.yml, and the names in it. Sometimes one that dbt refuses. */
export function drawSelectors(random: Random, words: Vocabulary): { text: string; names: readonly string[] } {
  const count = 1 + random.int(6);
  const names = Array.from(
    { length: count },
    (_, i) => random.pick(['daily', 'fix.one', 'wide_set', 'Night', 'part']) + i,
  );
  const known = { ...words, selectors: names };
  const selectors = names.map((name, i) => ({
    name,
    ...(random.chance(0.2) && { description: 'words' }),
    ...(random.chance(0.06) && { default: true }),
    definition: drawDefinition(random, known, names.slice(0, random.chance(0.9) ? i : count), 0),
  }));
  if (random.chance(0.05)) spoil(random, selectors);
  const data = { selectors };
  return {
    text: random.chance(0.5) ? `${JSON.stringify(data)}\n` : stringify(data, { version: '1.1', lineWidth: 0 }),
    names,
  };
}

function spoil(random: Random, selectors: Record<string, unknown>[]): void {
  const first = selectors[0];
  if (!first) return;
  const forms: (() => void)[] = [
    () => (first['definition'] = ['tag:nightly']),
    () => (first['extra'] = 1),
    () => delete first['definition'],
    () => (first['default'] = 'yes please'),
    () => (first['name'] = 7),
    () => (first['definition'] = { union: 'tag:nightly' }),
    () => (first['definition'] = { union: [5] }),
    () => (first['definition'] = { method: 'tag' }),
    () => (first['definition'] = { method: 'nope', value: 'x' }),
    () => (first['definition'] = { union: ['tag:a'], intersection: ['tag:b'] }),
    () => (first['definition'] = { union: ['tag:a', { exclude: ['tag:b'] }, { exclude: ['tag:c'] }] }),
    () => (first['definition'] = { method: 'tag', value: 'x', indirect_selection: 'lazy' }),
    () => (first['definition'] = { method: 'tag', value: 'x', parents: true, parents_depth: 'many' }),
    () => (first['definition'] = { method: 'tag', value: 'x', childrens_parents: true, children: true }),
  ];
  random.pick(forms)();
}

function drawDefinition(random: Random, words: Vocabulary, earlier: readonly string[], depth: number): unknown {
  const choice = random.next();
  if (depth < 3 && choice < 0.3) return drawSet(random, words, earlier, depth);
  if (earlier.length > 0 && choice < 0.42) return drawInherited(random, words, earlier);
  const word = drawPlainWord(random, words);
  if (choice < 0.5) return word;
  const [, method = 'fqn', value = word] = /^([\w.]+):([^]*)$/.exec(word) ?? [];
  if (choice < 0.6) return { [method]: drawValue(random, value) };
  return {
    method,
    value: drawValue(random, value),
    ...drawOperators(random),
    ...(random.chance(0.2) && { indirect_selection: random.pick(['eager', 'cautious', 'buildable', 'empty']) }),
    ...(random.chance(0.15) && depth < 3 && { exclude: drawList(random, words, earlier, depth) }),
  };
}

function drawPlainWord(random: Random, words: Vocabulary): string {
  // a method that dbt does not know makes the whole file invalid, which is worth only a few cases
  for (let i = 0; i < 20; i++) {
    const word = drawWord(random, { ...words, selectors: [] });
    if (
      /^[@+\d]*(fqn|tag|group|access|source|path|file|package|config[\w.]*|test_name|test_type|resource_type|state|result|version|exposure|metric|semantic_model|saved_query|unit_test):[\w./*]+\+?\d*$/.test(
        word,
      ) &&
      !/^@.*\+\d*$/.test(word)
    ) {
      return word;
    }
  }
  return 'tag:nightly';
}

function drawValue(random: Random, value: string): unknown {
  if (random.chance(0.9)) return value;
  if (value === 'true' || value === 'false') return value === 'true';
  return /^\d+$/.test(value) ? Number(value) : value;
}

function drawOperators(random: Random): Record<string, unknown> {
  const operators: Record<string, unknown> = {};
  if (random.chance(0.1)) return { childrens_parents: true };
  if (random.chance(0.5)) {
    operators['parents'] = random.pick([true, true, true, false, 'false', 1]);
    if (random.chance(0.6)) operators['parents_depth'] = random.pick([1, '1', 2, 0, 0, 0, '0']);
  }
  if (random.chance(0.3)) {
    operators['children'] = true;
    if (random.chance(0.6)) operators['children_depth'] = random.pick([1, '2', 0, 0, 0, '']);
  }
  return operators;
}

function drawInherited(random: Random, words: Vocabulary, earlier: readonly string[]): unknown {
  const name = random.chance(0.97) ? random.pick(earlier) : 'nope';
  return random.pick<unknown>([
    { method: 'selector', value: name },
    { method: 'selector', value: name, ...drawOperators(random) },
    { selector: name },
    `selector:${name}`,
    `1+selector:${name}`,
  ]);
}

function drawList(random: Random, words: Vocabulary, earlier: readonly string[], depth: number): unknown[] {
  return Array.from({ length: 1 + random.int(3) }, () => drawDefinition(random, words, earlier, depth + 1));
}

function drawSet(random: Random, words: Vocabulary, earlier: readonly string[], depth: number): unknown {
  const list = drawList(random, words, earlier, depth);
  if (random.chance(0.35))
    list.splice(random.int(list.length + 1), 0, { exclude: drawList(random, words, earlier, depth) });
  return { [random.pick(['union', 'intersection'])]: list };
}
