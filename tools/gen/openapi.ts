import { type Operation } from './api.ts';
import type { Contracts, Schema } from './contracts.ts';

const reRef = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value).replaceAll('#/$defs/', '#/components/schemas/'));

/** OpenAPI 3.1 of every operation with a route. */
export function openApi({ schemas }: Contracts, operations: Operation[]): object {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of operations) {
    if (!operation.http) continue;
    const [method, path] = operation.http.split(' ') as [string, string];
    (paths[path] ??= {})[method.toLowerCase()] = describe(operation, path, method);
  }
  const named = [...schemas].filter(([name]) => !/(Input|Output)$/.test(name));
  return {
    openapi: '3.1.0',
    info: { title: 'Headgate', version: '1', license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    paths,
    components: {
      schemas: reRef(Object.fromEntries(named)),
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      responses: {
        Problem: {
          description: 'What was wrong, where, and what to do.',
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
    },
    security: [{ token: [] }],
  };
}

function describe(
  { id, noun, summary, authorize, input, output, download, body, foreign, array }: Operation,
  path: string,
  method: string,
): object {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
  const properties = Object.entries(input.properties ?? {});
  const rest = properties.filter(([name]) => !inPath.includes(name));
  const asQuery = method === 'GET' || method === 'DELETE';
  const parameter = ([name, schema]: [string, Schema]) => ({
    name,
    in: inPath.includes(name) ? 'path' : 'query',
    required: inPath.includes(name) || (input.required ?? []).includes(name),
    schema: reRef(schema),
  });
  const required = (input.required ?? []).filter((name) => !inPath.includes(name));
  const content = body
    ? { 'application/octet-stream': {} }
    : {
        'application/json': {
          schema: reRef(
            array
              ? input.properties![array]
              : {
                  type: 'object',
                  additionalProperties: foreign ?? false,
                  required,
                  properties: Object.fromEntries(rest),
                },
          ),
        },
      };
  return {
    operationId: id,
    tags: [noun],
    summary,
    'x-authorize': authorize,
    parameters: properties.filter(([name]) => inPath.includes(name) || asQuery).map(parameter),
    ...(!asQuery && (rest.length > 0 || body) && { requestBody: { required: true, content } }),
    responses: {
      200: {
        description: 'Done.',
        content: download ? { [download]: {} } : { 'application/json': { schema: reRef(output) } },
      },
      default: { $ref: '#/components/responses/Problem' },
    },
  };
}
