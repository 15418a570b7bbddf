#!/usr/bin/env node
// Plain JavaScript for Node 20: hands over to the pinned Node, sees that the sources are built, and runs the CLI.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(import.meta.url);
const root = new URL('../../../', import.meta.url);
const { continueOnPinnedNode, runsPinnedNode } = await import(new URL('tools/process/node24.js', root).href);

if (runsPinnedNode()) {
  const { ensureBuilt } = await import(new URL('tools/build.js', root).href);
  const main = new URL('../dist/main.js', import.meta.url);
  await ensureBuilt().catch((error) => {
    // Offline commands should still work on an older build when somebody is in the middle of an edit.
    console.error(error.message);
    if (!existsSync(main)) process.exit(70);
  });
  await import(main.href);
} else {
  continueOnPinnedNode(here, process.argv.slice(2));
}
