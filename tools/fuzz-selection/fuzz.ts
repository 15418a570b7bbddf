// npm run fuzz:selection -- --count N --seed S: draws projects and expressions, asks real dbt and our engine, and
// reports every answer that differs. Exit 0 when none does, 1 otherwise. --project P draws the one project P again.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { SelectionAnswer } from '@headgate/dbt';
import { setUpOracle } from '../oracle/setup.js';
import { drawRequest, vocabularyOf, type FuzzRequest, type Vocabulary } from './expressions.ts';
import { Oracle, type OracleAnswer } from './oracle.ts';
import { Random } from '../random.ts';
import { agree, dbtArgs, drawScene, ourAnswer, type Scene } from './scene.ts';
import { drawSelectors } from './selectors.ts';

/** One question to dbt, and what dbt said. */
export interface Asked {
  readonly request: FuzzRequest;
  readonly selectorsFile: string;
  readonly dbt: OracleAnswer;
}

export interface FuzzOptions {
  readonly count: number;
  readonly seed: number;
  readonly python: string;
  readonly project?: number;
  /** Hears of every project with all that was asked about it. */
  readonly scene: (scene: Scene, asked: readonly Asked[], project: number) => void;
  /** Hears of projects that dbt does not take; there should be few. */
  readonly refused: (reason: string, project: number) => void;
}

const CASES_A_PROJECT = 25;

/** Draws and asks; projects are numbered from the seed, so that each can be drawn again alone. */
export async function fuzz(options: FuzzOptions): Promise<void> {
  const home = mkdtempSync(path.join(tmpdir(), 'headgate-fuzz-'));
  const oracle = new Oracle(options.python, home);
  try {
    for (let asked = 0, p = 0; asked < options.count; p++) {
      const project = options.project ?? options.seed * 10_000 + p;
      const random = new Random(project);
      const scene = await drawScene(random, oracle, home);
      if ('refused' in scene) options.refused(scene.refused, project);
      else {
        const answers = await ask(scene, random, oracle, Math.min(CASES_A_PROJECT, options.count - asked));
        asked += answers.length;
        options.scene(scene, answers, project);
      }
      if (options.project !== undefined) break;
    }
  } finally {
    oracle.close();
    rmSync(home, { recursive: true, force: true });
  }
}

async function ask(scene: Scene, random: Random, oracle: Oracle, count: number): Promise<readonly Asked[]> {
  const asked: Asked[] = [];
  const bare = vocabularyOf(scene.manifest, scene.files, []);
  while (asked.length < count) {
    const { text, names } = random.chance(0.5) ? drawSelectors(random, bare) : { text: '', names: [] };
    writeFileSync(path.join(scene.folder, 'selectors.yml'), text);
    const request = drawTelling(scene, random, { ...bare, selectors: names }, text);
    const dbt = await oracle.ask({ op: 'ls', project: scene.folder, args: dbtArgs(request, scene.target) });
    asked.push({ request, selectorsFile: text, dbt });
  }
  return asked;
}

/** Most random expressions select nothing, which says little: those, by our own account, are mostly drawn again. */
function drawTelling(scene: Scene, random: Random, words: Vocabulary, selectorsFile: string): FuzzRequest {
  for (let tries = 0; ; tries++) {
    const request = drawRequest(random, words, Object.keys(scene.states));
    const ours = ourAnswer(scene, request, selectorsFile);
    const isDull = 'error' in ours || ours.ids.length === 0;
    if (!isDull || tries === 6 || random.chance(0.25)) return request;
  }
}

function describe(project: number, { request, selectorsFile, dbt }: Asked, ours: SelectionAnswer): string {
  const shown = (answer: OracleAnswer | SelectionAnswer) =>
    'ids' in answer ? `${answer.ids.length} ids` : JSON.stringify(answer);
  const lines = [`project ${project}: ${JSON.stringify(request)}`, `  dbt:  ${shown(dbt)}`, `  ours: ${shown(ours)}`];
  if ('ids' in dbt && 'ids' in ours) {
    lines.push(`  missing: ${dbt.ids.filter((id) => !ours.ids.includes(id)).join(' ')}`);
    lines.push(`  extra: ${ours.ids.filter((id) => !dbt.ids.includes(id)).join(' ')}`);
  }
  if (selectorsFile !== '') lines.push(`  selectors.yml: ${selectorsFile.slice(0, 2000)}`);
  return lines.join('\n');
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { count: { type: 'string', default: '200' }, seed: { type: 'string' }, project: { type: 'string' } },
  });
  const seed = Number(values.seed ?? Math.floor(Math.random() * 100_000));
  const started = Date.now();
  const seen = { cases: 0, projects: 0, refused: 0, empty: 0, errors: {} as Record<string, number>, differences: 0 };
  await fuzz({
    count: Number(values.count),
    seed,
    python: setUpOracle((line) => console.error(line)),
    ...(values.project !== undefined && { project: Number(values.project) }),
    refused: (reason, project) => {
      seen.refused++;
      console.error(`project ${project} is refused by dbt: ${reason.slice(0, 300)}`);
    },
    scene: (scene, asked, project) => {
      seen.projects++;
      for (const one of asked) {
        seen.cases++;
        if ('error' in one.dbt) seen.errors[one.dbt.error.class] = (seen.errors[one.dbt.error.class] ?? 0) + 1;
        if ('ids' in one.dbt && one.dbt.ids.length === 0) seen.empty++;
        const ours = ourAnswer(scene, one.request, one.selectorsFile);
        if (agree(one.dbt, ours)) continue;
        seen.differences++;
        console.log(describe(project, one, ours));
      }
    },
  });
  console.log(
    `seed ${seed}: ${seen.cases} cases over ${seen.projects} projects (${seen.refused} refused by dbt), ` +
      `${seen.empty} empty, errors ${JSON.stringify(seen.errors)}, ${seen.differences} differences, ` +
      `${((Date.now() - started) / 1000).toFixed(0)} s`,
  );
  process.exitCode = seen.differences === 0 ? 0 : 1;
}

if (process.argv[1] === import.meta.filename) await main();
