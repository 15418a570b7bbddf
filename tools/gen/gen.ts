// npm run gen: writes what follows from the contracts. With --check it writes nothing, and fails when a file is not
// what it should be. libs/contracts/{events,resources,api}/*.json → types, validators, Zod, published schemas, OpenAPI, bus permissions.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
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

const checking = process.argv.includes('--check');
const written = new Set<string>();
const drifted: string[] = [];

async function write(path: string, text: string): Promise<void> {
  const parser = path.endsWith('.json') ? 'json' : 'typescript';
  const formatted = await format(text, { parser, singleQuote: true, printWidth: 120, trailingComma: 'all' });
  written.add(path);
  if ((await readFile(new URL(path, root), 'utf8').catch(() => '')) === formatted) return;
  // Only what differs, so that whatever runs meanwhile finds every file.
  if (checking) drifted.push(path);
  else await writeFile(new URL(path, root), formatted);
}

if (!checking) await mkdir(new URL('generated/schemas/', root), { recursive: true });
await write('src/generated/types.ts', await typesSource(contracts));
await write('src/generated/schemas.ts', schemasSource(contracts));
await write('src/generated/events.ts', eventsSource(contracts));
await write('src/generated/api.ts', apiSource(contracts, operations));
await write('src/generated/zod.ts', zodSource(contracts));
await write('generated/bus.json', JSON.stringify(busPermissions(contracts, operations)));
await write('generated/openapi.json', JSON.stringify(openApi(contracts, operations)));
for (const [name, schema] of publishedSchemas(contracts)) {
  await write(`generated/schemas/${name}.json`, JSON.stringify(schema));
}

for (const file of await readdir(new URL('generated/schemas/', root))) {
  if (written.has(`generated/schemas/${file}`)) continue;
  if (checking) drifted.push(`generated/schemas/${file} (nobody declares it)`);
  else await rm(new URL(`generated/schemas/${file}`, root));
}
if (drifted.length > 0) {
  console.error(`contracts drifted; run \`npm run gen\` and commit:\n  ${drifted.join('\n  ')}`);
  process.exit(1);
}
