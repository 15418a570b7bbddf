// The edits that the story makes to its copy of the project.
import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** @typedef {{ file: string, what: string, changes: boolean, apply: () => void }} Edit `changes`: what the model answers */

/** @param {import('./project.js').Project} project @returns {Edit[]} in order */
export function editsOf({ folder, bundled }) {
  if (!bundled) {
    const file = anyModel(folder);
    return file ? [comment(folder, file)] : [];
  }
  return [
    // A model that nothing is built on: it runs, with its tests, alone.
    replace(folder, 'models/marts/customer_segments.sql', 'lifetime_value > 100', 'lifetime_value > 120'),
    // dbt compares texts, so for dbt a comment is a change; a plan knows better.
    comment(folder, 'models/marts/stores.sql'),
  ];
}

function replace(folder, file, from, to) {
  return {
    file,
    what: `${from} became ${to}`,
    changes: true,
    apply: () => writeFileSync(join(folder, file), readFileSync(join(folder, file), 'utf8').replace(from, to)),
  };
}

const comment = (folder, file) => ({
  file,
  what: `a comment in ${file}`,
  changes: false,
  apply: () => appendFileSync(join(folder, file), '\n-- read by people only\n'),
});

/** The first model by name, so that the same project gets the same edit. */
function anyModel(folder) {
  const models = join(folder, 'models');
  if (!existsSync(models)) return undefined;
  const [first] = readdirSync(models, { recursive: true })
    .filter((name) => name.endsWith('.sql'))
    .sort();
  return first && join('models', first);
}
