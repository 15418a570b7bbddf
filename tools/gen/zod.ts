import { jsonSchemaToZod } from 'json-schema-to-zod';
import { camel, type Contracts } from './contracts.ts';

/** Zod schemas of the published contracts, in dependency order. */
export function zodSource({ schemas, published }: Contracts): string {
  const done: string[] = [];
  const lines = ['// Written by `npm run gen`; do not edit.', "import { z } from 'zod';"];
  const add = (name: string): void => {
    if (done.includes(name)) return;
    done.push(name);
    const schema = schemas.get(name)!;
    for (const [, inner] of JSON.stringify(schema).matchAll(/"#\/\$defs\/(\w+)"/g)) add(inner!);
    const text = jsonSchemaToZod(schema as object, {
      zodVersion: 4,
      parserOverride: (node) => {
        const ref = (node as { $ref?: string }).$ref;
        return ref ? `${camel(ref.replace('#/$defs/', ''))}Schema` : undefined;
      },
    });
    lines.push(`export const ${camel(name)}Schema = ${text.trim()};`);
  };
  for (const name of published) add(name);
  lines.push(`export const zodSchemas = { ${published.map((name) => `${name}: ${camel(name)}Schema`).join(', ')} };`);
  return lines.join('\n');
}
