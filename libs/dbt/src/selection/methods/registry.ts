import { runtimeFailure } from '../failure.ts';
import { shellPattern } from '../pattern.ts';
import type { MethodName } from '../spec.ts';
import { access, group, packageMethod, resourceType, tag, testName, testType, version } from './attributes.ts';
import { config } from './config.ts';
import type { Method } from './context.ts';
import { file, path } from './files.ts';
import { fqn } from './fqn.ts';
import { result, sourceStatus, state } from './history.ts';
import { exposure, metric, savedQuery, semanticModel, source, unitTest } from './named.ts';

/** Selects what named selectors select, in the order of their names; the name may be a pattern. */
const selector: Method = (context, { value, raw }) => {
  const isName = shellPattern(String(value));
  const matching = [...context.selectors.keys()].filter(isName).sort();
  if (matching.length === 0) {
    throw runtimeFailure(`Selector '${String(value)}' did not match any selector in selectors.yml`, {
      class: 'DbtSelectorsError',
      ...(typeof raw === 'string' && { raw }),
      hint: `the selectors are ${[...context.selectors.keys()].join(', ') || 'none'}`,
    });
  }
  const set = new Uint8Array(context.project.size);
  for (const name of matching) {
    const nested = context.selectNested(context.selectors.get(name)!.definition, name);
    for (let i = 0; i < set.length; i++) if (nested[i]) set[i] = 1;
  }
  return set;
};

export const methods: Readonly<Record<MethodName, Method>> = {
  fqn,
  tag,
  group,
  access,
  source,
  path,
  file,
  package: packageMethod,
  config,
  test_name: testName,
  test_type: testType,
  resource_type: resourceType,
  state,
  exposure,
  metric,
  result,
  source_status: sourceStatus,
  version,
  semantic_model: semanticModel,
  saved_query: savedQuery,
  unit_test: unitTest,
  selector,
};
