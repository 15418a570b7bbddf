// Draws projects and sets of their nodes, translates each set into dbt's words, and asks real dbt what that selects.
// npm run fuzz:translation -- --count N --seed S; exit 0 when every set came back exactly.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { NODE_SECTIONS, translate } from '@headgate/dbt';
import { setUpOracle } from '../oracle/setup.js';
import { Oracle } from './oracle.ts';
import { Random } from '../random.ts';
import { drawScene, type Scene } from './scene.ts';

const SETS_A_PROJECT = 25;

interface Tally {
  sets: number;
  overlays: number;
  refused: number;
  readonly wrong: string[];
}

async function check(scene: Scene, random: Random, oracle: Oracle, tally: Tally): Promise<void> {
  // tests of a disabled model stand in the manifest, disabled, and cannot be selected
  const nodes = NODE_SECTIONS.flatMap((section) => Object.values(scene.manifest[section] ?? {}));
  const all = nodes.filter((node) => node.config?.['enabled'] !== false).map((node) => node.unique_id);
  const [state] = Object.keys(scene.states);
  for (let i = 0; i < SETS_A_PROJECT; i++) {
    const ids = random.sample(all, random.pick([0, 1, 1, 2, 5, random.int(all.length), all.length])).sort();
    const defer = random.chance(0.3) && state ? { state, favorState: random.chance(0.5) } : undefined;
    const result = translate(scene.manifest, ids, {
      ...(defer && { defer }),
      ...(random.chance(0.4) && { longest: 0 }),
    });
    tally.sets++;
    if ('refused' in result) {
      tally.refused++;
      console.error(`refused: ${JSON.stringify(result.refused)}`);
      continue;
    }
    const { args, selectorsFile } = result.translation;
    if (selectorsFile !== undefined) tally.overlays++;
    writeFileSync(path.join(scene.folder, 'selectors.yml'), selectorsFile ?? '');
    const types = ['--resource-type', 'all', '--target-path', scene.target];
    const answer = await oracle.ask({ op: 'ls', project: scene.folder, args: [...args, ...types] });
    const got = 'ids' in answer ? answer.ids : [JSON.stringify(answer)];
    if (got.join('\n') === ids.join('\n')) continue;
    const missing = ids.filter((id) => !got.includes(id));
    const extra = got.filter((id) => !ids.includes(id));
    tally.wrong.push(
      `missing ${missing.join(' ')}; extra ${extra.join(' ')}\n  ${args.join(' ').slice(0, 600)}\n${selectorsFile ?? ''}`,
    );
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { count: { type: 'string', default: '200' }, seed: { type: 'string' } } });
  const seed = Number(values.seed ?? Math.floor(Math.random() * 100_000));
  const home = mkdtempSync(path.join(tmpdir(), 'headgate-translation-'));
  const oracle = new Oracle(
    setUpOracle((line) => console.error(line)),
    home,
  );
  const tally: Tally = { sets: 0, overlays: 0, refused: 0, wrong: [] };
  try {
    for (let p = 0; tally.sets < Number(values.count); p++) {
      const random = new Random(seed * 10_000 + p);
      const scene = await drawScene(random, oracle, home, ['prev']);
      if (!('refused' in scene)) await check(scene, random, oracle, tally);
    }
  } finally {
    oracle.close();
    rmSync(home, { recursive: true, force: true });
  }
  for (const wrong of tally.wrong) console.log(wrong);
  console.log(
    `seed ${seed}: ${tally.sets} sets translated, ${tally.overlays} with an overlay, ` +
      `${tally.refused} refused, ${tally.wrong.length} selected otherwise by dbt`,
  );
  process.exitCode = tally.wrong.length === 0 && tally.refused === 0 ? 0 : 1;
}

await main();
