import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Stop } from './stop.ts';

/** What the global options, the environment and the `.headgate` folder above say, in that order. */
export interface Settings {
  readonly url: string;
  readonly token: string | undefined;
  readonly project: string | undefined;
  readonly environment: string | undefined;
}

export interface GlobalFlags {
  readonly url?: string;
  readonly token?: string;
  readonly project?: string;
  readonly environment?: string;
  readonly json?: boolean;
}

type Env = Readonly<Record<string, string | undefined>>;

/** @throws {Stop} without a URL, or with one that is none */
export function settingsOf(flags: GlobalFlags, env: Env, cwd: string): Settings {
  const install = installAbove(cwd);
  const given = flags.url ?? (env.HEADGATE_URL || undefined);
  const url = given ?? install?.url;
  if (url === undefined)
    throw new Stop(2, 'no server is named', {
      hint: 'run this below a folder where npm start runs, or give --url or HEADGATE_URL',
    });
  const server = originOf(url);
  // The token on disk is for the install it lies in; another server must not get to see it.
  const isOwn = install?.url !== undefined && originOf(install.url) === server;
  return {
    url: server,
    token: flags.token ?? (env.HEADGATE_TOKEN || (isOwn ? install?.token : undefined)),
    project: flags.project ?? (env.HEADGATE_PROJECT || undefined),
    environment: flags.environment ?? (env.HEADGATE_ENVIRONMENT || undefined),
  };
}

function originOf(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !/^https?:$/.test(parsed.protocol))
    throw new Stop(2, `${JSON.stringify(url)} is no http or https URL`, { where: '--url, HEADGATE_URL' });
  return `${parsed.origin}${parsed.pathname.replace(/\/+$/, '')}`;
}

interface Install {
  readonly url: string | undefined;
  readonly token: string | undefined;
}

/** The nearest `.headgate` folder that a running install wrote to. */
function installAbove(folder: string): Install | undefined {
  const at = join(folder, '.headgate');
  const read = (name: string): string | undefined => {
    try {
      return readFileSync(join(at, name), 'utf8').trim() || undefined;
    } catch {
      return undefined;
    }
  };
  if (existsSync(join(at, 'url')) || existsSync(join(at, 'cli-token')))
    return { url: read('url'), token: read('cli-token') };
  const parent = dirname(folder);
  return parent === folder ? undefined : installAbove(parent);
}
