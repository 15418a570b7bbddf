// `npm start`. Plain JavaScript that Node 20 can read: first the packages, then everything else on the pinned Node.
import { pathToFileURL } from 'node:url';
import { continueOnPinnedNode, runsPinnedNode } from '../process/node24.js';
import { belongsToParent, whenParentDies } from '../process/parent.js';
import { help, readArgs } from './args.js';
import { installPackages, packagesAreCurrent } from './packages.js';
import { Refusal, stage } from './stage.js';

const exitUsage = 64;
const exitUnavailable = 69;

/** Sees to Linux, the packages and the right Node; true when this process may go on, false when another one did. */
export async function prepareNode(script, argv) {
  const forget = belongsToParent() ? whenParentDies(() => process.exit(130)) : () => {};
  if (process.platform !== 'linux')
    throw new Refusal(
      'Headgate runs on Linux',
      `this is ${process.platform}`,
      'on Windows use WSL, on macOS a Linux machine or container',
    );
  if (Number(process.versions.node.split('.')[0]) < 20)
    throw new Refusal('Node 20 or later is needed', `this is ${process.version}`, 'install a newer one');
  if (!packagesAreCurrent()) await stage('packages', installPackages);
  forget();
  if (runsPinnedNode()) return true;
  const child = continueOnPinnedNode(script, argv);
  if (belongsToParent()) whenParentDies(() => child.kill('SIGTERM'));
  return false;
}

/** Prints a refusal without a stack, a bug with one, and ends. */
export function giveUp(error) {
  console.error(error instanceof Refusal ? `\n${error.message}` : error);
  process.exit(exitUnavailable);
}

async function main() {
  const argv = process.argv.slice(2);
  let args;
  try {
    args = readArgs(argv);
  } catch (error) {
    console.error(error.message);
    process.exit(exitUsage);
  }
  if (args.help) return console.log(help);
  if (!(await prepareNode(process.argv[1], argv))) return;
  if (args.link) return console.log(await (await import('./link.js')).linkToRunning(args.state));
  const { launch } = await import('./launch.js');
  await launch(args);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) main().catch(giveUp);
