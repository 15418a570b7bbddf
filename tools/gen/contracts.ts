// Reads the contract sources. Every schema gets one global PascalCase name; `$ref: "plan"` means the schema named Plan.
import { readdir, readFile } from 'node:fs/promises';

export type Schema = {
  [key: string]: unknown;
  $ref?: string;
  properties?: Record<string, Schema>;
  required?: string[];
};

export interface EventSource {
  readonly type: string;
  readonly name: string;
  readonly service: string;
  readonly schemaVersion: string;
}

export interface OperationSource {
  readonly summary: string;
  readonly http?: string;
  readonly authorize?: string;
  readonly callers: readonly string[];
  readonly emits?: readonly string[];
  readonly download?: string;
  readonly body?: 'binary';
  /** Its input is somebody else's format: what the schema does not name is left aside at the border. */
  readonly foreign?: boolean;
  /** The body is an array: the value of this property. */
  readonly array?: string;
  readonly input: Schema;
  readonly output: Schema;
}

export interface Contracts {
  /** Every named schema, its references already pointing at `#/$defs/<Name>`. */
  readonly schemas: Map<string, Schema>;
  readonly events: readonly EventSource[];
  readonly api: readonly { noun: string; service: string; operations: Record<string, OperationSource> }[];
  readonly roles: Record<string, string[]>;
  /** Names that D1.1 promises outside: published as files of their own. */
  readonly published: readonly string[];
}

export const pascal = (name: string): string =>
  name.replace(/(^|[.\-_])(\w)/g, (_, __, letter: string) => letter.toUpperCase());

export const camel = (name: string): string => pascal(name).replace(/^./, (letter) => letter.toLowerCase());

/** `{ "$ref": "plan" }` → `{ "$ref": "#/$defs/Plan" }`, everywhere below. */
export function resolve(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(resolve);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) =>
    key === '$ref' && typeof inner === 'string' && !inner.startsWith('#')
      ? [key, `#/$defs/${pascal(inner)}`]
      : [key, resolve(inner)],
  );
  return Object.fromEntries(entries);
}

async function jsonFiles(folder: URL): Promise<[string, Schema][]> {
  const names = (await readdir(folder))
    .filter((name) => name.endsWith('.json') && !name.endsWith('.example.json'))
    .sort();
  return Promise.all(
    names.map(
      async (name) =>
        [name.replace(/\.json$/, ''), JSON.parse(await readFile(new URL(name, folder), 'utf8'))] as [string, Schema],
    ),
  );
}

export async function readContracts(root: URL): Promise<Contracts> {
  const schemas = new Map<string, Schema>();
  const published: string[] = [];
  const define = (name: string, schema: Schema) => {
    const key = pascal(name);
    if (schemas.has(key)) throw new Error(`two contracts are called ${key}`);
    schemas.set(key, resolve(schema) as Schema);
  };
  for (const [name, { $defs, ...schema }] of await jsonFiles(new URL('resources/', root))) {
    for (const [inner, definition] of Object.entries(($defs ?? {}) as Record<string, Schema>))
      define(inner, definition);
    if (!schema['type']) continue;
    define(name, schema);
    published.push(pascal(name));
  }
  const events: EventSource[] = [];
  for (const [type, { service, schemaVersion, ...schema }] of await jsonFiles(new URL('events/', root))) {
    define(type, schema);
    published.push(pascal(type));
    events.push({ type, name: pascal(type), service: String(service), schemaVersion: String(schemaVersion) });
  }
  const api = [];
  for (const [noun, file] of await jsonFiles(new URL('api/', root))) {
    for (const [inner, definition] of Object.entries((file['$defs'] ?? {}) as Record<string, Schema>))
      define(inner, definition);
    const operations = resolve(file['operations']) as Record<string, OperationSource>;
    for (const [verb, { input, output }] of Object.entries(operations)) {
      define(`${noun}-${verb}-input`, input);
      define(`${noun}-${verb}-output`, output);
    }
    api.push({ noun, service: String(file['service']), operations });
  }
  const { roles } = JSON.parse(await readFile(new URL('roles.json', root), 'utf8')) as {
    roles: Record<string, string[]>;
  };
  return { schemas, events, api, roles, published };
}
