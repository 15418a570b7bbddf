import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { installs } from './paths.js';
import { Refusal } from './stage.js';

export const help = `npm start [-- options]

Sets up what is missing, starts every service on this machine, and at the first start runs the story:
a dbt project parsed, planned, confirmed, run in a sandbox, planned again, edited, run again, audited.

  --once          run the story without staying up afterwards; exit 0 when all of it held
  --project DIR   your own dbt project instead of the bundled one (profile of type duckdb or postgres)
  --reset         begin anew: removes all state, keeps what is installed
  --no-sandbox    run dbt without isolation (single-user machines only)
  --link          only print a new one-time link for signing in to what runs already
  --oidc FILE     people sign in with this OpenID provider: {"issuer", "clientId", "clientSecret", "name"}
  --reach RANGE   feeds may pull from these addresses too, though they are not public: 127.0.0.0/8; may be given again
  --origin URL    how people reach it, when a proxy of yours stands before it: https://headgate.example
  --state DIR     keep the state there instead of in .headgate
  --help          this text

Everything is kept below .headgate. Ctrl-C stops all of it.
  npm start                            first start: one or two minutes; later ones: seconds
  npm start -- --once                  the whole story, then stop
  npm start -- --project ~/dbt/shop    the story on your project`;

/**
 * @param {string[]} argv
 * @returns {{ help: boolean, once: boolean, reset: boolean, sandbox: 'auto' | 'none', link: boolean, oidc?: string, reach?: string[], origin?: string, project?: string, state: string }}
 * @throws {Refusal} for an option that is not known
 */
export function readArgs(argv) {
  try {
    const { values } = parseArgs({
      args: argv,
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        once: { type: 'boolean', default: false },
        reset: { type: 'boolean', default: false },
        'no-sandbox': { type: 'boolean', default: false },
        link: { type: 'boolean', default: false },
        oidc: { type: 'string' },
        reach: { type: 'string', multiple: true },
        origin: { type: 'string' },
        project: { type: 'string' },
        state: { type: 'string' },
      },
    });
    const { help, once, reset, link, oidc, reach, origin, project, state } = values;
    if (origin) refuseOpenOrigin(origin);
    return {
      help,
      once,
      reset,
      sandbox: values['no-sandbox'] ? 'none' : 'auto',
      link,
      ...(oidc && { oidc: resolve(oidc) }),
      ...(reach && { reach }),
      ...(origin && { origin: new URL(origin).origin }),
      ...(project && { project: resolve(project) }),
      state: state ? resolve(state) : installs.root,
    };
  } catch (error) {
    throw new Refusal(error.message, undefined, '`npm start -- --help` lists the options');
  }
}

/** Cookies travel in the clear over plain http, so that is for this machine alone. */
function refuseOpenOrigin(origin) {
  const { protocol, hostname } = URL.canParse(origin) ? new URL(origin) : { protocol: '', hostname: '' };
  if (protocol === 'https:' || (protocol === 'http:' && ['127.0.0.1', 'localhost'].includes(hostname))) return;
  throw new Refusal(`people cannot sign in at ${origin}`, 'sessions need https', 'write --origin https://…');
}
