import { parse } from 'yaml';
import { isRecord, type JsonValue } from '../state/json.ts';
import { criterion, parseWord, pythonRepr, pythonText, type Dialect } from './criterion.ts';
import { runtimeFailure, SelectionFailure } from './failure.ts';
import { group, type Spec } from './spec.ts';

/** The selectors of a project, by name, in the file's order. */
export type Selectors = ReadonlyMap<string, { readonly definition: Spec; readonly isDefault: boolean }>;

type Definition = string | Readonly<Record<string, JsonValue>>;

/** Reads a selectors.yml; throws a `SelectionFailure` with dbt's own class and message where dbt would fail. */
export function parseSelectorsFile(text: string, dialect: Dialect): Selectors {
  const data = readYaml(text);
  if (!isTruthyDocument(data)) return new Map();
  return parseSelectors(validated(data), dialect);
}

/**
 * The selectors that dbt wrote into a manifest. It tidies them on the way, and loses an `exclude` that stands first in
 * a definition with other keys, so the file itself is the better source.
 */
export function selectorsOfManifest(written: Readonly<Record<string, unknown>>, dialect: Dialect): Selectors {
  return parseSelectors(validated({ selectors: Object.values(written) as JsonValue[] }), dialect);
}

function readYaml(text: string): JsonValue {
  try {
    // PyYAML reads YAML 1.1, keeps the last of two equal keys, and takes a bare y or n for text
    const customTags = (tags: unknown[]) => tags.filter((tag) => !isBooleanTag(tag)).concat(BOOLEANS as never[]);
    return (parse(text, { version: '1.1', uniqueKeys: false, logLevel: 'silent', customTags } as never) ??
      null) as JsonValue;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw runtimeFailure(`Syntax error in selectors.yml: ${message}`, { class: 'DbtValidationError' });
  }
}

function isBooleanTag(tag: unknown): boolean {
  return typeof tag === 'object' && (tag as { tag?: string }).tag === 'tag:yaml.org,2002:bool';
}

const BOOLEANS = [
  {
    default: true,
    tag: 'tag:yaml.org,2002:bool',
    identify: (value: unknown) => typeof value === 'boolean',
    test: /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON|no|No|NO|false|False|FALSE|off|Off|OFF)$/,
    resolve: (text: string) => /^(?:yes|true|on)$/i.test(text),
  },
];

function isTruthyDocument(data: JsonValue): boolean {
  return data !== null && data !== '' && data !== false && !(isRecord(data) && Object.keys(data).length === 0);
}

const KNOWN_KEYS = new Set(['name', 'definition', 'description', 'default']);

function validated(data: JsonValue): readonly Readonly<Record<string, JsonValue>>[] {
  const list = isRecord(data) ? data['selectors'] : undefined;
  if (!Array.isArray(list)) throw malformed(data);
  for (const entry of list as JsonValue[]) {
    if (!isRecord(entry)) throw malformed(entry);
    const { name, definition, description, default: isDefault } = entry;
    const fits =
      typeof name === 'string' &&
      (typeof definition === 'string' || isRecord(definition)) &&
      (description === undefined || typeof description === 'string') &&
      (isDefault === undefined || typeof isDefault === 'boolean') &&
      Object.keys(entry).every((key) => KNOWN_KEYS.has(key));
    if (!fits) throw malformed(entry);
  }
  return list as Readonly<Record<string, JsonValue>>[];
}

function malformed(instance: JsonValue): SelectionFailure {
  return runtimeFailure(
    `Could not parse selector file data: \n${pythonText(instance)}\n` +
      'Valid root-level selector definitions: union, intersection, string, dictionary. No lists. ' +
      '\nhttps://docs.getdbt.com/reference/node-selection/yaml-selectors',
    { class: 'DbtSelectorsError', hint: 'each selector has a name, a definition, and maybe description and default' },
  );
}

function parseSelectors(entries: readonly Readonly<Record<string, JsonValue>>[], dialect: Dialect): Selectors {
  try {
    const defaults = entries.filter((entry) => entry['default'] === true).map((entry) => entry['name']);
    if (defaults.length > 1) {
      throw runtimeFailure(
        'Error when parsing the selector file. Found multiple selectors with `default: true`:' +
          `${defaults[0]} and ${defaults[1]}`,
        { class: 'DbtSelectorsError' },
      );
    }
    const selectors = new Map<string, { definition: Spec; isDefault: boolean }>();
    for (const entry of entries) {
      const definition = parseDefinition(entry['definition'] as Definition, true, selectors, dialect);
      selectors.set(String(entry['name']), { definition, isDefault: entry['default'] === true });
    }
    return selectors;
  } catch (failure) {
    if (!(failure instanceof SelectionFailure) || !failure.error.message.startsWith('Runtime Error')) throw failure;
    const message = `Could not read selector file data: ${failure.error.message}`;
    throw runtimeFailure(message, {
      class: 'DbtSelectorsError',
      ...(failure.raw !== undefined && { raw: failure.raw }),
      ...(failure.error.hint !== undefined && { hint: failure.error.hint }),
    });
  }
}

function parseDefinition(definition: Definition, isRoot: boolean, known: Selectors, dialect: Dialect): Spec {
  if (typeof definition === 'string') return parseWord(definition, dialect);
  const hasSet = 'union' in definition || 'intersection' in definition;
  if (hasSet && isRoot && Object.keys(definition).length > 1) {
    throw runtimeFailure(
      "Only a single 'union' or 'intersection' key is allowed in a root level selector definition; " +
        `found ${Object.keys(definition).join(',')}.`,
    );
  }
  if ('union' in definition) return parseSet('union', definition, known, dialect);
  if ('intersection' in definition) return parseSet('intersection', definition, known, dialect);
  if (dialect.semantics === '1.11' && definition['method'] === 'selector') return inherited(definition, known);
  return parseFields(definition, known, dialect);
}

/** Before 1.12 an inherited selector replaces the whole definition: graph operators beside it are lost. */
function inherited(definition: Readonly<Record<string, JsonValue>>, known: Selectors): Spec {
  const name = definition['value'] ?? null;
  const found = known.get(String(name));
  if (!found) throw runtimeFailure(`Existing selector definition for ${pythonText(name)} not found.`);
  return found.definition;
}

function definitions(holder: Readonly<Record<string, JsonValue>>, key: string): readonly Definition[] {
  const values = holder[key];
  if (!Array.isArray(values)) throw runtimeFailure(`Invalid value for key "${key}". Expected a list.`);
  for (const value of values as JsonValue[]) {
    if (typeof value === 'string' || isRecord(value)) continue;
    throw runtimeFailure(
      `Invalid value type ${pythonType(value)} in key "${key}", expected dict or str (value: ${pythonText(value)}).`,
    );
  }
  return values as Definition[];
}

function pythonType(value: JsonValue): string {
  if (value === null) return "<class 'NoneType'>";
  if (typeof value === 'boolean') return "<class 'bool'>";
  if (typeof value === 'number') return Number.isInteger(value) ? "<class 'int'>" : "<class 'float'>";
  return "<class 'list'>";
}

function parseSet(
  op: 'union' | 'intersection',
  definition: Readonly<Record<string, JsonValue>>,
  known: Selectors,
  dialect: Dialect,
): Spec {
  const included: Spec[] = [];
  let excluded: Spec | undefined;
  for (const item of definitions(definition, op)) {
    if (typeof item === 'string' || !('exclude' in item)) {
      included.push(parseDefinition(item, false, known, dialect));
      continue;
    }
    if (excluded) {
      const message = 'You cannot provide multiple exclude arguments to the same selector set operator:';
      throw runtimeFailure(`${message}\n${pythonRepr(item)}`);
    }
    excluded = parseExclusions(item, known, dialect);
  }
  const set = group(op, included, { raw: definition });
  return excluded ? group('difference', [set, excluded], { raw: definition }) : set;
}

function parseExclusions(
  holder: Readonly<Record<string, JsonValue>>,
  known: Selectors,
  dialect: Dialect,
): Spec | undefined {
  const parsed = definitions(holder, 'exclude').map((item) => parseDefinition(item, false, known, dialect));
  return parsed.length > 1 ? group('union', parsed, { raw: holder['exclude'] ?? null }) : parsed[0];
}

function parseFields(definition: Readonly<Record<string, JsonValue>>, known: Selectors, dialect: Dialect): Spec {
  const keys = Object.keys(definition);
  if (keys.length === 1) {
    const [key = ''] = keys;
    return criterion(definition, { method: key, value: definition[key] ?? null }, dialect);
  }
  if (!('method' in definition && 'value' in definition)) {
    throw runtimeFailure(`Expected either 1 key or else "method" and "value" keys, but got ${pythonRepr(keys)}`);
  }
  const excluded = 'exclude' in definition ? parseExclusions(definition, known, dialect) : undefined;
  const base = criterion(definition, definition, dialect);
  return excluded ? group('difference', [base, excluded]) : base;
}
