import { camel, type Contracts } from './contracts.ts';

export function eventsSource({ events }: Contracts): string {
  const names = events.map(({ name }) => name).join(', ');
  const constants = events.map(
    ({ type, name, service, schemaVersion }) =>
      `export const ${camel(type)} = eventType<${name}>({ type: '${type}', name: '${name}', service: '${service}', schemaVersion: '${schemaVersion}' });`,
  );
  return [
    '// Written by `npm run gen`; do not edit.',
    "import { eventType } from '../event.ts';",
    `import type { ${names} } from './types.ts';`,
    ...constants,
    `export const eventTypes = [${events.map(({ type }) => camel(type)).join(', ')}] as const;`,
  ].join('\n');
}
