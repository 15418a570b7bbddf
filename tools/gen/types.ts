import { compile, type JSONSchema } from 'json-schema-to-typescript';
import type { Contracts } from './contracts.ts';

/** One TypeScript type per named schema. */
export async function typesSource({ schemas }: Contracts): Promise<string> {
  const definitions = JSON.parse(JSON.stringify(Object.fromEntries(schemas)).replaceAll('#/$defs/', '#/definitions/'));
  // A title would rename the type, and `format`-only scalars stay strings.
  const all = { title: 'AllContracts', type: 'object', additionalProperties: false, definitions } as JSONSchema;
  const text = await compile(all, 'AllContracts', {
    bannerComment: '// Written by `npm run gen`; do not edit.',
    unreachableDefinitions: true,
    additionalProperties: false,
    format: false,
    // Lengths are the validator's business: as types they would be tuples.
    ignoreMinAndMaxItems: true,
  });
  // The generator drops a definition that is nothing but a reference.
  const aliases = [...schemas]
    .filter(([, schema]) => schema.$ref)
    .map(([name, schema]) => `export type ${name} = ${schema.$ref!.replace('#/$defs/', '')};`);
  return `${text}\n${aliases.join('\n')}`
    .replace(/export interface AllContracts \{\}\n?/, '')
    .replace(
      /\/\*\*\n \* This interface was referenced by `AllContracts`'s JSON-Schema\n \* via the `definition` ".*?"\.\n \*\/\n/g,
      '',
    )
    .replace(
      / \*\n \* This interface was referenced by `AllContracts`'s JSON-Schema\n \* via the `definition` ".*?"\.\n/g,
      '',
    );
}
