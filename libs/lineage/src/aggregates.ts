import { variant, type Body, type Node } from './ast.ts';

// Kinds and names under which aggregates come. One that is missing here is only read as a grouping column of GROUP BY ALL as well.
const AGGREGATES = new RegExp(
  '^(aggregate_function|count|count_?if|sum|sum_?if|avg|min|max|any_value|first|last|array_agg|array_union_agg|string_agg|group_concat|list_?agg|list|' +
    'std\\w*|var\\w*|median|mode|quantile\\w*|percentile\\w*|approx\\w*|hll\\w*|corr|covar\\w*|regr_\\w*|skewness|kurtosis\\w*|entropy|' +
    'arg_?max\\w*|arg_?min\\w*|max_by|min_by|bool_?and|bool_?or|booland_agg|boolor_agg|logical_and|logical_or|every|some|bit_?(and|or|xor)\\w*|' +
    'object_agg|json\\w*agg\\w*|map_agg|histogram|collect_list|collect_set|product|within_group|grouping|grouping_id|array_concat_agg|' +
    'fsum|kahan_sum|sumkahan|favg|geomean|geometric_mean|mad|reservoir_quantile|bitmap\\w*agg|xmlagg|combine_aggregate)$',
);
const CLOSED = new Set(['select', 'union', 'intersect', 'except', 'subquery', 'window_function', 'span']);

/** Whether the expression aggregates rows outside of windows and subqueries. */
export function aggregates(node: unknown): boolean {
  if (node === null || typeof node !== 'object') return false;
  if (Array.isArray(node)) return node.some(aggregates);
  const [kind, body] = variant(node as Node);
  if (CLOSED.has(kind)) return false;
  const name = kind === 'function' ? String((body as Body).name ?? '').toLowerCase() : kind;
  if (AGGREGATES.test(name)) return true;
  return Object.keys(node).some((key) => key !== 'span' && aggregates((node as Body)[key]));
}
