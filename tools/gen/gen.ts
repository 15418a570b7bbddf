// npm run gen: libs/contracts/{events,resources,api}/*.json → types, validators, Zod, published schemas, OpenAPI, bus permissions.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { format } from 'prettier';
import { apiSource, operationsOf } from './api.ts';
import { busPermissions } from './bus.ts';
import { readContracts } from './contracts.ts';
import { eventsSource } from './events.ts';
import { openApi } from './openapi.ts';
import { publishedSchemas, schemasSource } from './schemas.ts';
import { typesSource } from './types.ts';
import { zodSource } from './zod.ts';

const root = new URL('../../libs/contracts/', import.meta.url);
const contracts = await readContracts(root);
const operations = operationsOf(contracts);

async function write(path: string, text: string): Promise<void> {
  const parser = path.endsWith('.json') ? 'json' : 'typescript';
  await writeFile(
    new URL(path, root),
    await format(text, { parser, singleQuote: true, printWidth: 120, trailingComma: 'all' }),
  );
}

await write('src/generated/types.ts', await typesSource(contracts));
await write('src/generated/schemas.ts', schemasSource(contracts));
await write('src/generated/events.ts', eventsSource(contracts));
await write('src/generated/api.ts', apiSource(contracts, operations));
await write('src/generated/zod.ts', zodSource(contracts));
await rm(new URL('generated/', root), { recursive: true, force: true });
await mkdir(new URL('generated/schemas/', root), { recursive: true });
await write('generated/bus.json', JSON.stringify(busPermissions(contracts, operations)));
await write('generated/openapi.json', JSON.stringify(openApi(contracts, operations)));
for (const [name, schema] of publishedSchemas(contracts)) {
  await write(`generated/schemas/${name}.json`, JSON.stringify(schema));
}
