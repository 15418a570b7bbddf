import type { Operation } from '@headgate/contracts';
import { contractSchema } from '@headgate/contracts';
import { Failure } from '@headgate/kit';

type Values = Record<string, unknown>;

interface Schema {
  readonly type?: string;
  readonly $ref?: string;
  readonly properties?: Record<string, Schema>;
  readonly items?: Schema;
}

/** One flat input out of path, query and body. Path and query are text and become what the contract says. */
export function inputOf(operation: Operation, request: { params: unknown; query: unknown; body: unknown }): Values {
  const schema: Schema = contractSchema(operation.input.name);
  const typed = (values: Values): Values =>
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, typedAs(schema.properties?.[name], value)]),
    );
  const params = typed(request.params as Values);
  if (operation.body) return params;
  if (operation.method === 'GET' || operation.method === 'DELETE')
    return merged(params, typed(request.query as Values));
  const { body } = request;
  const given = operation.array && Array.isArray(body) ? { [operation.array]: body } : bodyOf(body);
  return merged(params, operation.foreign ? (known(schema, given) as Values) : given);
}

/** Of a value in somebody else's format, what the contract names and is there: a null is what others write for nothing. */
function known(schema: Schema | undefined, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !schema) return value;
  if (schema.$ref) return known(contractSchema(schema.$ref.replace('#/$defs/', '')), value);
  if (Array.isArray(value)) return schema.items ? value.map((item) => known(schema.items, item)) : value;
  if (!schema.properties) return value;
  const kept = Object.entries(schema.properties).filter(
    ([name]) => Object.hasOwn(value, name) && (value as Values)[name] !== null,
  );
  return Object.fromEntries(kept.map(([name, inner]) => [name, known(inner, (value as Values)[name])]));
}

function merged(params: Values, rest: Values): Values {
  const twice = Object.keys(rest).find((name) => name in params);
  if (twice)
    throw new Failure('contract.invalid', { detail: `${twice} stands in the path already`, where: `/${twice}` });
  return { ...params, ...rest };
}

function bodyOf(body: unknown): Values {
  if (body === undefined || body === null || body === '') return {};
  if (typeof body === 'object' && !Array.isArray(body)) return body as Values;
  throw new Failure('contract.invalid', {
    detail: 'the body is not a JSON object',
    hint: 'send {"name": value, …} as application/json',
  });
}

function typedAs(schema: Schema | undefined, value: unknown): unknown {
  const named = schema?.$ref ? (contractSchema(schema.$ref.replace('#/$defs/', '')) as Schema) : schema;
  if (named?.type === 'integer' && typeof value === 'string' && /^-?\d{1,15}$/.test(value)) return Number(value);
  if (named?.type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true';
  if (named?.type === 'array' && typeof value === 'string') return [value];
  return value;
}

/** Nothing that the contracts describe is deeper; what recurses over an input may rely on it. */
const deepest = 64;

/** Refuses text that Postgres or canonical JSON cannot hold (NUL, half a surrogate pair), and absurd nesting. */
export function refuseUnstorable(input: Values): void {
  const open: { value: unknown; path: string; depth: number }[] = [{ value: input, path: '', depth: 0 }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { value, path, depth } = next;
    if (typeof value === 'string') refuseText(value, path);
    if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) continue;
    if (depth > deepest) throw new Failure('contract.invalid', { detail: `nested deeper than ${deepest}` });
    for (const [name, inner] of Object.entries(value)) {
      refuseText(name, path);
      open.push({ value: inner, path: `${path}/${name}`, depth: depth + 1 });
    }
  }
}

function refuseText(text: string, where: string): void {
  if (!text.includes('\0') && text.isWellFormed()) return;
  const detail = 'text may hold neither the character U+0000 nor half of a surrogate pair';
  throw new Failure('contract.invalid', { detail, ...(where.isWellFormed() && { where }) });
}
