// Asks another version of real dbt every case of the recorded corpus, on the same projects, and writes down its answers
// with the manifests that it wrote, into libs/testing/fixtures/selection-1.11.
// Run: node -C source --import ./tools/register.js tools/fuzz-selection/record-engine.ts [python of the other dbt]
// Every case is asked against the states as they lie in the corpus, written by 1.12; those that use the state `prev`
// once more against that state as the other version itself writes it.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { FuzzRequest } from './expressions.ts';
import { Oracle, type OracleAnswer } from './oracle.ts';
import { dbtArgs } from './scene.ts';

const root = path.resolve(import.meta.dirname, '../..');
const data = path.resolve(root, process.env['HEADGATE_DATA'] ?? '../shared/data', 'selection');
const target = path.join(root, 'libs/testing/fixtures/selection-1.11');

type Case = FuzzRequest & { readonly id: string; readonly project: string; readonly flags: readonly string[] };

function read(file: string): Buffer {
  return existsSync(file) ? readFileSync(file) : gunzipSync(readFileSync(`${file}.gz`));
}

/** The files of a folder, unpacked. */
function unpack(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const name of existsSync(from) ? readdirSync(from) : []) {
    const plain = name.replace(/\.gz$/, '');
    writeFileSync(path.join(to, plain), read(path.join(from, plain)));
  }
}

/** A copy of a project, its package where dbt looks for it. */
function copyProject(name: string, to: string): void {
  cpSync(path.join(data, 'projects', name), to, { recursive: true, mode: 0 });
  const packages = path.join(to, 'packages');
  if (!existsSync(packages)) return;
  rmSync(path.join(to, 'dbt_packages'), { recursive: true, force: true });
  cpSync(packages, path.join(to, 'dbt_packages'), { recursive: true });
}

async function parse(oracle: Oracle, project: string, into: string): Promise<void> {
  mkdirSync(into, { recursive: true });
  const answer = await oracle.ask({ op: 'parse', project, target: into });
  if ('error' in answer) throw new Error(answer.error.message);
}

function keep(name: string, content: string | Buffer): void {
  const file = path.join(target, `${name}.gz`);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, gzipSync(content, { level: 9 }));
}

async function recordProject(oracle: Oracle, home: string, name: string, cases: readonly Case[]) {
  const [project, artifacts, target] = [
    path.join(home, name),
    path.join(data, 'artifacts', name),
    path.join(home, 'target'),
  ];
  rmSync(target, { recursive: true, force: true });
  copyProject(`${name}_prev`, `${project}_prev`);
  const own = path.join(home, `${name}-own-prev`);
  unpack(path.join(artifacts, 'state/prev'), own);
  await parse(oracle, `${project}_prev`, own);
  copyProject(name, project);
  unpack(path.join(artifacts, 'current'), target);
  await parse(oracle, project, target);
  keep(`${name}/current.json`, readFileSync(path.join(target, 'manifest.json')));
  keep(`${name}/prev.json`, readFileSync(path.join(own, 'manifest.json')));
  const answers: Record<string, OracleAnswer> = {};
  for (const c of cases) {
    const state = c.state === null ? null : path.join(home, name + '-' + c.state);
    if (state) unpack(path.join(artifacts, 'state', c.state!), state);
    const ask = (folder: string | null) =>
      oracle.ask({ op: 'ls', project, args: [...dbtArgs({ ...c, state: folder }, target), ...c.flags] });
    answers[c.id] = await ask(state);
    if (c.state === 'prev') answers[`${c.id} own`] = await ask(own);
  }
  return answers;
}

async function main(): Promise<void> {
  const home = mkdtempSync(path.join(tmpdir(), 'headgate-record-'));
  const python = process.argv[2] ?? path.join(root, '.headgate/python/bin/python');
  // the database's name stands in a source's relation, which 1.11 compares as rendered
  process.env['GALAXY_DB'] = '/tmp/galaxy_corpus.duckdb';
  process.env['JAFFLE_DB'] = '/tmp/jaffle_corpus.duckdb';
  const oracle = new Oracle(python, home);
  const { cases } = JSON.parse(read(path.join(data, 'cases.shared.json')).toString()) as { cases: Case[] };
  try {
    const answers: Record<string, OracleAnswer> = {};
    for (const name of ['galaxy', 'jaffle']) {
      Object.assign(
        answers,
        await recordProject(
          oracle,
          home,
          name,
          cases.filter(({ project }) => project === name),
        ),
      );
    }
    keep('answers.json', JSON.stringify(answers));
    console.log(`${Object.keys(answers).length} answers recorded`);
  } finally {
    oracle.close();
    rmSync(home, { recursive: true, force: true });
  }
}

await main();
