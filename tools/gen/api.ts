import { camel, type Contracts, type OperationSource, pascal } from './contracts.ts';

export interface Operation extends OperationSource {
  readonly id: string;
  readonly noun: string;
  readonly verb: string;
  readonly service: string;
}

const services = ['identity', 'ingestion', 'graph-read', 'planner', 'dispatcher', 'runner', 'audit', 'gateway'];

/** Every operation; what belongs to `*` is answered by every service under its own name. */
export function operationsOf({ api, roles }: Contracts): Operation[] {
  const operations = api.flatMap(({ noun, service, operations: verbs }) =>
    Object.entries(verbs).map(([verb, source]) => ({ ...source, id: `${noun}.${verb}`, noun, verb, service })),
  );
  const granted = new Set(Object.values(roles).flat());
  for (const { id, http, authorize, callers } of operations) {
    if (http && !authorize)
      throw new Error(`${id} has an HTTP route but no authorization rule: add "authorize": "noun:verb"`);
    if (!http && callers.length === 0) throw new Error(`${id} has neither a route nor callers: nobody could use it`);
    if (authorize && !granted.has(authorize) && !granted.has(authorize.replace(/:.*/, ':*'))) {
      throw new Error(`${id} asks for ${authorize}, which no role in roles.json grants`);
    }
  }
  return operations;
}

export const servicesNamed = (service: string): string[] => (service === '*' ? services : [service]);

const formOf = ({
  download,
  body,
  foreign,
  array,
}: Pick<OperationSource, 'download' | 'body' | 'foreign' | 'array'>) => ({
  ...{ download, body, foreign, array },
});

export function apiSource({ roles }: Contracts, operations: Operation[]): string {
  const types = operations.flatMap(({ id }) => [`${pascal(id)}Input`, `${pascal(id)}Output`]);
  const constants = operations.map(({ id, service, http, authorize, callers, emits, ...more }) => {
    const [method, path] = http?.split(' ') ?? [];
    const value = { id, name: pascal(id), service, method, path, authorize, callers, emits, ...formOf(more) };
    return `export const ${camel(id)} = operation<${pascal(id)}Input, ${pascal(id)}Output>(${JSON.stringify(value)});`;
  });
  return [
    '// Written by `npm run gen`; do not edit.',
    "import { operation } from '../operation.ts';",
    `import type { ${types.join(', ')} } from './types.ts';`,
    ...constants,
    `/** What each role may do: permissions, and the roles whose permissions it has too. */`,
    `export const roles: Readonly<Record<string, readonly string[]>> = ${JSON.stringify(roles)};`,
    `export const operations = [${operations.map(({ id }) => camel(id)).join(', ')}] as const;`,
  ].join('\n');
}
