// One run from the command line; exit 0 when every invariant held. The folder of a run that broke one is kept.
import { parseArgs } from 'node:util';
import { chaos } from './scenario.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '30' },
    seed: { type: 'string' },
    rate: { type: 'string', default: '4' },
    rest: { type: 'string', default: '120' },
    every: { type: 'string', default: '1200' },
    json: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 1_000_000));
const report = await chaos({
  ...{
    seed,
    seconds: Number(values.seconds),
    perSecond: Number(values.rate),
    everyMs: Number(values.every),
    restSeconds: Number(values.rest),
    keep: values.keep,
  },
  say: (line) => console.error(line),
});
if (values.json) console.log(JSON.stringify(report));
else console.log(report);
process.exit(report.ok ? 0 : 1);
