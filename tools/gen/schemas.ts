import type { Contracts, Schema } from './contracts.ts';

/** Every schema by name, for Ajv: one document, references inside it. */
export function schemasSource({ schemas }: Contracts): string {
  return `// Written by \`npm run gen\`; do not edit.\nexport const schemas: Record<string, object> = ${JSON.stringify(Object.fromEntries(schemas))};\n`;
}

function reach(name: string, schemas: Map<string, Schema>, seen = new Set<string>()): Set<string> {
  if (seen.has(name)) return seen;
  seen.add(name);
  const schema = schemas.get(name);
  if (!schema) throw new Error(`a contract refers to ${name}, which nobody defines`);
  for (const [, inner] of JSON.stringify(schema).matchAll(/"#\/\$defs\/(\w+)"/g)) reach(inner!, schemas, seen);
  return seen;
}

/** Self-contained JSON Schema 2020-12 files of what strangers may rely on. */
export function* publishedSchemas({ schemas, published }: Contracts): Generator<[string, object]> {
  for (const name of published) {
    const others = [...reach(name, schemas)].filter((other) => other !== name).sort();
    const $defs = Object.fromEntries(others.map((other) => [other, schemas.get(other)]));
    yield [
      name,
      {
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        $id: `urn:headgate:schema:${name}`,
        title: name,
        ...schemas.get(name),
        ...(others.length > 0 && { $defs }),
      },
    ];
  }
}
