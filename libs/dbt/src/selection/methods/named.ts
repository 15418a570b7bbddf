import type { ManifestNode } from '../../manifest.ts';
import type { NodeSection } from '../../state/kinds.ts';
import { runtimeFailure } from '../failure.ts';
import { shellPattern } from '../pattern.ts';
import { mark, type Method } from './context.ts';

function failure(message: string, raw: unknown, form: string) {
  return runtimeFailure(message, { ...(typeof raw === 'string' && { raw }), hint: `write it as ${form}` });
}

/** `source:name`, `source:name.table`, `source:package.name.table`; every part may be a pattern. */
export const source: Method = (context, { value, raw }) => {
  const parts = String(value).split('.');
  if (parts.length > 3) {
    throw failure(
      `Invalid source selector value "${String(value)}". Sources must be of the form \`\${source_name}\`, ` +
        '`${source_name}.${target_name}`, or `${package_name}.${source_name}.${target_name}',
      raw,
      'source:name, source:name.table or source:package.name.table',
    );
  }
  const [pkg, name, table] = parts.length === 3 ? parts : ['*', parts[0], parts[1] ?? '*'];
  const [isPackage, isSource, isTable] = [shellPattern(pkg!), shellPattern(name!), shellPattern(table!)];
  return mark(
    context,
    ['sources'],
    (node) => isPackage(node.package_name) && isSource(String(node['source_name'])) && isTable(node.name),
  );
};

/** A method of the form `method:name` or `method:package.name` over one section. */
function named(section: NodeSection, told: (value: string) => string, form: string): Method {
  return (context, { value, raw }) => {
    const parts = String(value).split('.');
    if (parts.length > 2) throw failure(told(String(value)), raw, form);
    const [pkg, name] = parts.length === 2 ? parts : ['*', parts[0]];
    const [isPackage, isName] = [shellPattern(pkg!), shellPattern(name!)];
    return mark(context, [section], (node: ManifestNode) => isPackage(node.package_name) && isName(node.name));
  };
}

export const exposure = named(
  'exposures',
  (value) =>
    `Invalid exposure selector value "${value}". Exposures must be of the form \${exposure_name} or ` +
    '${exposure_package.exposure_name}',
  'exposure:name or exposure:package.name',
);

export const metric = named(
  'metrics',
  (value) =>
    `Invalid metric selector value "${value}". Metrics must be of the form \${metric_name} or ` +
    '${metric_package.metric_name}',
  'metric:name or metric:package.name',
);

export const semanticModel = named(
  'semantic_models',
  (value) =>
    `Invalid semantic model selector value "${value}". Semantic models must be of the form \${semantic_model_name} or ` +
    '${semantic_model_package.semantic_model_name}',
  'semantic_model:name or semantic_model:package.name',
);

export const savedQuery = named(
  'saved_queries',
  (value) =>
    `Invalid saved query selector value "${value}". Saved queries must be of the form \${saved_query_name} or ` +
    '${saved_query_package.saved_query_name}',
  'saved_query:name or saved_query:package.name',
);

// dbt's message really speaks of saved queries here
export const unitTest = named(
  'unit_tests',
  (value) =>
    `Invalid unit test selector value "${value}". Saved queries must be of the form \${unit_test_name} or ` +
    '${unit_test_package_name.unit_test_name}',
  'unit_test:name or unit_test:package.name',
);
