import { SelectionFailure } from './failure.ts';

/** What `dbt ls` lists unless told otherwise: everything but analyses. */
const BY_DEFAULT = [
  'model',
  'snapshot',
  'seed',
  'test',
  'source',
  'exposure',
  'metric',
  'saved_query',
  'semantic_model',
  'unit_test',
  'function',
];
const ALL = [...BY_DEFAULT, 'analysis'];
const CHOICES = [...ALL, 'all', 'default'];

/** The resource types that `--resource-type` and `--exclude-resource-type` leave; `all` and `default` are allowed. */
export function answerTypes(asked: readonly string[], excluded: readonly string[]): ReadonlySet<string> {
  for (const type of asked) check('--resource-types', type, CHOICES);
  for (const type of excluded) check('--exclude-resource-types', type, ALL);
  const types = new Set<string>(asked.length === 0 ? BY_DEFAULT : asked);
  if (types.delete('all')) for (const type of ALL) types.add(type);
  if (types.delete('default')) for (const type of BY_DEFAULT) types.add(type);
  for (const type of excluded) types.delete(type);
  return types;
}

function check(option: string, type: string, choices: readonly string[]): void {
  if (choices.includes(type)) return;
  const message = `Invalid value for '${option}': '${type}' is not one of ${choices.map((c) => `'${c}'`).join(', ')}.`;
  throw new SelectionFailure({ class: 'BadParameter', message });
}
