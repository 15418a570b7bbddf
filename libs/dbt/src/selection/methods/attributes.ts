import { record, type JsonValue } from '../../state/json.ts';
import { isGenericTest } from '../../state/kinds.ts';
import { runtimeFailure } from '../failure.ts';
import { shellPattern } from '../pattern.ts';
import { mark, type Method } from './context.ts';

export const tag: Method = ({ project }, { value }) => {
  const isTag = shellPattern(String(value));
  const set = new Uint8Array(project.size);
  for (const [name, tagged] of project.columns.tags) if (isTag(name)) for (const i of tagged) set[i] = 1;
  return set;
};

/** Only nodes and metrics belong to a group, to this method. */
export const group: Method = (context, { value }) => {
  const isGroup = shellPattern(String(value));
  return mark(context, ['nodes', 'metrics'], (node) => {
    const name = record(node.config)['group'];
    return typeof name === 'string' && name !== '' && isGroup(name);
  });
};

/** The one name that is no pattern. */
export const access: Method = (context, { value }) =>
  mark(context, ['nodes'], (node) => node.resource_type === 'model' && (node['access'] ?? 'protected') === value);

export const packageMethod: Method = (context, { value }) => {
  const project = context.project.manifest.metadata.project_name;
  const isPackage = shellPattern(value === 'this' && project ? project : String(value));
  return mark(context, 'all', (node) => isPackage(node.package_name));
};

const RESOURCE_TYPES = [
  'model',
  'analysis',
  'test',
  'snapshot',
  'operation',
  'seed',
  'rpc',
  'sql_operation',
  'doc',
  'source',
  'macro',
  'exposure',
  'metric',
  'group',
  'saved_query',
  'semantic_model',
  'unit_test',
  'fixture',
  'function',
];

export const resourceType: Method = (context, { value, raw }) => {
  if (!RESOURCE_TYPES.includes(String(value))) {
    throw runtimeFailure(`Invalid resource_type selector "${String(value)}"`, {
      ...(typeof raw === 'string' && { raw }),
      hint: `the resource types are ${RESOURCE_TYPES.join(', ')}`,
    });
  }
  return mark(context, 'all', (node) => node.resource_type === value);
};

/** The name of a generic test's definition (`unique`), or of a unit test. */
export const testName: Method = (context, { value }) => {
  const isName = shellPattern(String(value));
  return mark(context, ['nodes', 'unit_tests'], (node) => {
    if (node.resource_type === 'unit_test') return isName(node.name);
    if (node.resource_type !== 'test' || !isGenericTest(node)) return false;
    return isName(String(record(node['test_metadata'])['name']));
  });
};

/**
 * generic, singular, unit or data; dbt asks whether the value is a substring of the last three, in the order data,
 * singular, unit, so `t` means data, and `gul` singular.
 */
export const testType: Method = (context, { value, raw }) => {
  const word = String(value);
  const wanted =
    word === 'generic' || word === 'schema'
      ? ['generic']
      : 'data'.includes(word)
        ? ['generic', 'singular']
        : 'singular'.includes(word)
          ? ['singular']
          : 'unit'.includes(word)
            ? ['unit']
            : undefined;
  if (!wanted) {
    throw runtimeFailure(
      `Invalid test type selector ${word}: expected "generic", "singular", "unit", or "data"`,
      typeof raw === 'string' ? { raw } : {},
    );
  }
  return mark(context, ['nodes', 'unit_tests'], (node) => {
    if (node.resource_type === 'unit_test') return wanted.includes('unit');
    return node.resource_type === 'test' && wanted.includes(isGenericTest(node) ? 'generic' : 'singular');
  });
};

type Version = JsonValue | undefined;

/** Numbers compare as numbers, as soon as one is no number both compare as text. */
function isBefore(a: Version, b: Version): boolean {
  const [x, y] = [asNumber(a), asNumber(b)];
  return x === undefined || y === undefined ? String(a) < String(b) : x < y;
}

function asNumber(version: Version): number | undefined {
  const text = String(version)
    .trim()
    .replaceAll(/(?<=\d)_(?=\d)/g, '');
  if (/^[+-]?(inf|infinity)$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  if (/^[+-]?nan$/i.test(text)) return NaN;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

export const version: Method = (context, { value, raw }) => {
  const word = String(value);
  return mark(context, ['nodes'], (node) => {
    if (node.resource_type !== 'model') return false;
    const [mine, latest] = [(node['version'] ?? null) as JsonValue, (node['latest_version'] ?? null) as JsonValue];
    const both = Boolean(mine) && Boolean(latest);
    switch (word) {
      case 'latest':
        return mine !== null && mine === latest;
      case 'prerelease':
        return both && isBefore(latest, mine);
      case 'old':
        return both && isBefore(mine, latest);
      case 'none':
        return mine === null;
      default:
        throw runtimeFailure(
          `Invalid version type selector ${word}: expected one of: "latest", "prerelease", "old", or "none"`,
          {
            ...(typeof raw === 'string' && { raw }),
            hint: 'to select one version, write its name: model.v2 or model_v2',
          },
        );
    }
  });
};
