// Proves that the checks are awake: plants each violation in a scratch copy, runs the step that must see it there, and
// fails unless that step is red and names the culprit.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { steps } from './check.js';

const workspace = join(import.meta.dirname, '../..');

/** Where it is planted, what is planted, and what the red step has to say. Plants of one step stand in one copy. */
const plants = [
  {
    step: 'contracts',
    name: 'a contract that drifted from what was generated',
    plant: (copy) =>
      edit(
        copy,
        'libs/contracts/events/plan.proposed.json',
        (json) => void (json.properties.more = { type: 'string' }),
      ),
    says: /contracts drifted[\s\S]*types\.ts/,
  },
  {
    step: 'contracts',
    name: 'a route without an authorization rule',
    alone: true,
    plant: (copy) => edit(copy, 'libs/contracts/api/plans.json', (json) => void delete json.operations.list.authorize),
    says: /plans\.list has an HTTP route but no authorization rule/,
  },
  {
    step: 'lint',
    name: 'a service that imports another service',
    plant: (copy) =>
      write(
        copy,
        'apps/planner/src/planted-a.ts',
        `import { ingestion } from '@headgate/ingestion';\nexport const x = ingestion;\n`,
      ),
    says: /planted-a\.ts[\s\S]*?layer:service/,
  },
  {
    step: 'lint',
    name: 'a domain lib that imports the database',
    plant: (copy) =>
      write(
        copy,
        'libs/graph/src/planted-b.ts',
        `import { DataSource } from 'typeorm';\nexport const x = DataSource;\n`,
      ),
    says: /planted-b\.ts[\s\S]*?not allowed to import "typeorm"/,
  },
  {
    step: 'lint',
    name: 'a mutation without an audit leaf, in code',
    plant: (copy) =>
      write(
        copy,
        'apps/planner/src/planted-c.ts',
        `import type { Call, Database } from '@headgate/kit';\nexport const x = (database: Database, call: Call) => database.write(call, (tx) => tx.query('delete from plan'));\n`,
      ),
    says: /planted-c\.ts[\s\S]*?audit leaf/,
  },
  {
    step: 'lint',
    name: 'configuration read outside main',
    plant: (copy) => write(copy, 'apps/planner/src/planted-d.ts', `export const x = process.env['HOME'];\n`),
    says: /planted-d\.ts[\s\S]*?read once, in main/,
  },
  {
    step: 'lint',
    name: 'a verifier that borrows from the planner it checks',
    plant: (copy) =>
      write(
        copy,
        'libs/plans/src/verify/planted-e.ts',
        `import { fingerprints } from '../fingerprint.ts';\nexport const x = fingerprints;\n`,
      ),
    says: /planted-e\.ts[\s\S]*?shares no code/,
  },
  {
    step: 'frame',
    name: 'a table without row-level security',
    plant: (copy) =>
      inMigration(
        copy,
        'create table planner.planted_f (org_id uuid not null, id uuid not null, primary key (org_id, id))',
      ),
    says: /planner\.planted_f is without row-level security/,
  },
  {
    step: 'frame',
    name: 'a tenant table whose changes need no audit leaf',
    plant: (copy) =>
      inMigration(
        copy,
        'create table planner.planted_g (org_id uuid not null primary key); alter table planner.planted_g enable row level security, force row level security',
      ),
    says: /planner\.planted_g can be changed without an audit leaf[\s\S]*planner changed planner\.planted_g without an audit leaf/,
  },
  {
    step: 'frame',
    name: 'a policy that lets everybody see everything',
    plant: (copy) => inMigration(copy, 'create policy open on planner.plan for select using (true)'),
    says: /planner\.plan has policy "open"/,
  },
  {
    step: 'frame',
    name: 'an entity that no migration made',
    plant: (copy) =>
      edit(copy, 'apps/planner/src/plan.entity.ts', (text) =>
        text.replace(
          `  @Column('text')\n  createdBy`,
          `  @Column('text')\n  plantedH: string;\n\n  @Column('text')\n  createdBy`,
        ),
      ),
    says: /entities and migrations disagree: [\s\S]*planted_h/,
  },
];

let failures = 0;
for (const group of groups()) {
  const copy = scratchCopy();
  try {
    for (const { plant } of group) plant(copy);
    const output = red(copy, group[0].step);
    for (const { name, says } of group) {
      const seen = output !== undefined && says.test(output);
      if (!seen) failures++;
      console.log(`${seen ? 'caught' : 'MISSED'}: ${name}${seen ? '' : `\n${output ?? '(the step was green)'}`}`);
    }
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
process.exit(failures === 0 ? 0 : 1);

function groups() {
  const together = new Map();
  for (const plant of plants) {
    const key = plant.alone ? plant.name : plant.step;
    together.set(key, [...(together.get(key) ?? []), plant]);
  }
  return together.values();
}

/** What a step prints when it fails; undefined when it does not. */
function red(copy, step) {
  const [command, ...args] = steps[step];
  const program = command === 'node' ? process.execPath : join(copy, 'node_modules/.bin', command);
  const env = { ...process.env, NX_WORKSPACE_ROOT_PATH: copy, NX_DAEMON: 'false', HEADGATE_FRAME_DATABASE: 'planted' };
  if (step === 'lint') spawnSync(join(copy, 'node_modules/.bin/nx'), ['show', 'projects'], { cwd: copy, env });
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: copy, env, encoding: 'utf8', maxBuffer: 64e6 });
  return status === 0 ? undefined : `${stdout}${stderr}`;
}

/** The tracked and new files, with packages linked one by one so that workspace packages are the copy's own. */
function scratchCopy() {
  const copy = mkdtempSync(join(workspace, '.headgate/tmp/planted-'));
  const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], {
    cwd: workspace,
    encoding: 'utf8',
  });
  for (const file of files.split('\0').filter(Boolean)) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    cpSync(join(workspace, file), join(copy, file));
  }
  const modules = join(workspace, 'node_modules');
  mkdirSync(join(copy, 'node_modules/@headgate'), { recursive: true });
  for (const name of readdirSync(modules)) {
    if (name !== '@headgate') symlinkSync(join(modules, name), join(copy, 'node_modules', name));
  }
  for (const folder of ['apps', 'libs']) {
    for (const name of readdirSync(join(copy, folder)))
      symlinkSync(join(copy, folder, name), join(copy, 'node_modules/@headgate', name));
  }
  return copy;
}

function write(copy, file, text) {
  mkdirSync(dirname(join(copy, file)), { recursive: true });
  writeFileSync(join(copy, file), text);
}

function edit(copy, file, change) {
  const path = join(copy, file);
  const text = readFileSync(path, 'utf8');
  if (!file.endsWith('.json')) return writeFileSync(path, change(text));
  const json = JSON.parse(text);
  change(json);
  return writeFileSync(path, JSON.stringify(json));
}

/** Adds a statement to the end of the planner's migration. */
function inMigration(copy, sql) {
  edit(copy, 'apps/planner/src/migrations/1764000000000-plans.ts', (text) =>
    text.replace(
      /(await protect\(db, owned, 'environment_state'\);)/,
      `$1\n    await db.query(${JSON.stringify(sql).replaceAll('$', '$$$$')});`,
    ),
  );
}
