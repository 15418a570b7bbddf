import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { withQueryComment } from './overlay.ts';

const attempt = { org: 'o-1', project: 'jaffle', environment: 'dev', run: 'r-1', attempt: 2 };
const ours =
  `{{ tojson({'app': 'headgate', 'org': 'o-1', 'project': 'jaffle', 'environment': 'dev', 'run': 'r-1', ` +
  `'attempt': '2', 'node': node.unique_id if node else ''}) }}`;
const settingOf = (yml: string) => (parse(withQueryComment(yml, attempt)) as Record<string, unknown>)['query-comment'];

test('the comment is added behind the last line, and no other byte of the project file changes', () => {
  const yml = "name: x\nversion: '1.0'\nvars: {a: yes, b: 012, c: 1.10}  # odd, but theirs";
  expect(withQueryComment(yml, attempt).startsWith(`${yml}\nquery-comment: `)).toBe(true);
  expect(settingOf(yml)).toEqual({ comment: ours });
});

test('a comment of the project stays in front of it, with its settings', () => {
  expect(settingOf('name: x\nquery-comment: run by {{ target.name }}\n')).toEqual({
    comment: `run by {{ target.name }} ${ours}`,
  });
  const long = 'name: x\nquery-comment:\n  comment: |\n    {{ mine(node) }}\n  append: true\nvars: {}\n';
  expect(settingOf(long)).toEqual({ comment: `{{ mine(node) }}\n ${ours}`, append: true });
});

test('a comment that returns stands alone, one that was switched off is replaced', () => {
  const returning = "name: x\nquery-comment: '{{ return(tojson({})) }}'\n";
  expect(withQueryComment(returning, attempt)).toBe(returning);
  expect(settingOf('name: x\nquery-comment:\n')).toEqual({ comment: ours });
  expect(settingOf("name: x\nquery-comment: ''\n")).toEqual({ comment: ours });
});

test('a project file in flow style is still one YAML document; one that is broken is left for dbt to judge', () => {
  expect(settingOf('{name: x, profile: y}')).toEqual({ comment: ours });
  expect(withQueryComment('name: [x', attempt)).toBe('name: [x');
});
