import { parseWord, type Dialect } from './criterion.ts';
import { group, type Group } from './spec.ts';

/** What dbt selects when nothing is asked for; it leaves saved queries, unit tests and functions to `fqn:*`. */
const DEFAULT_SELECT = ['fqn:*', 'source:*', 'exposure:*', 'metric:*', 'semantic_model:*'];

/** `--select` and `--exclude` as dbt combines them: blanks unite, commas intersect, the exclusion is taken away. */
export function parseCommandLine(select: readonly string[], exclude: readonly string[], dialect: Dialect): Group {
  const included = select.length > 0 ? parseUnion(select, true, dialect) : parseUnion(DEFAULT_SELECT, false, dialect);
  const excluded = parseUnion(exclude, exclude.length > 0, dialect);
  return group('difference', [included, excluded]);
}

function parseUnion(items: readonly string[], expectExists: boolean, dialect: Dialect): Group {
  const { indirectSelection } = dialect;
  const words = items.flatMap((item) => item.split(' '));
  const components = words.map((raw) => {
    const parts = raw.split(',').map((part) => parseWord(part, dialect));
    return group('intersection', parts, { expectExists, raw, indirectSelection });
  });
  return group('union', components, { raw: [...items], indirectSelection });
}
