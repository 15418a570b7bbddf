import { chmod, cp, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import type { Lease } from '@headgate/contracts';
import { Blobs, CONFIG, type Config } from '@headgate/kit';
import { parse } from 'yaml';
import { unpackArchive } from '../archive.ts';
import type { Folders } from '../sandbox/box.ts';

/** The folders of attempts, revisions and environments. A revision is unpacked once; an attempt gets a copy of its own. */
@Injectable()
export class Workspace {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly blobs: Blobs,
  ) {}

  get root(): string {
    return this.config.runner.workDir;
  }

  /** Removes what attempts of a killed process left behind: nothing of them can still be wanted. */
  async sweep(): Promise<void> {
    await rm(join(this.root, 'attempts'), { recursive: true, force: true });
  }

  async open(
    lease: Pick<Lease, 'org' | 'project' | 'environment' | 'task' | 'attempt'>,
    revision: string,
  ): Promise<Folders> {
    const attempt = this.attemptFolder(lease);
    const project = join(attempt, 'project');
    const out = join(attempt, 'out');
    const home = join(attempt, 'home');
    const data = join(this.config.stateDir, 'environments', lease.org, lease.project, lease.environment);
    for (const folder of [out, home, data]) await mkdir(folder, { recursive: true, mode: 0o700 });
    await cp(await this.revision(lease.org, revision), project, { recursive: true });
    await chmod(project, 0o755);
    return { project, out, home, data };
  }

  async close(lease: Pick<Lease, 'task' | 'attempt'>): Promise<void> {
    await rm(this.attemptFolder(lease), { recursive: true, force: true });
  }

  /** Lays a selectors.yml over the attempt's copy; the user's project is never written. */
  async overlay({ project }: Folders, org: string, selectors: string | undefined): Promise<void> {
    if (selectors) await writeFile(join(project, 'selectors.yml'), await this.blobs.get(org, selectors));
  }

  /** The adapter type of the profile that the project names, as far as its text tells. */
  async adapter({ project }: Folders): Promise<string> {
    const text = await readFile(join(project, 'profiles.yml'), 'utf8').catch(() => '');
    const named = /^profile:\s*['"]?([\w-]+)/m.exec(await readFile(join(project, 'dbt_project.yml'), 'utf8'))?.[1];
    const profiles = parse(text.replaceAll(/\{\{.*?\}\}/gs, 'x')) as Record<
      string,
      { outputs?: Record<string, { type?: string }> }
    > | null;
    const outputs = profiles?.[named ?? '']?.outputs ?? {};
    return Object.values(outputs)[0]?.type ?? 'unknown';
  }

  private attemptFolder({ task, attempt }: Pick<Lease, 'task' | 'attempt'>): string {
    return join(this.root, 'attempts', `${task}-${attempt}`);
  }

  private async revision(org: string, digest: string): Promise<string> {
    const folder = join(this.root, 'revisions', org, digest.slice('sha256:'.length));
    if (await stat(folder).catch(() => undefined)) return folder;
    const partial = `${folder}.${process.pid}.${Date.now()}`;
    await mkdir(partial, { recursive: true, mode: 0o700 });
    await unpackArchive(await this.blobs.get(org, digest), partial);
    // Another attempt may have been faster: the same bytes, so either will do.
    await rename(partial, folder).catch(() => rm(partial, { recursive: true, force: true }));
    return folder;
  }
}

/** The files a run leaves that are worth keeping, those there are. */
export async function leftBehind({ out }: Folders): Promise<{ name: string; bytes: Buffer }[]> {
  const target = join(out, 'target');
  const names = (await readdir(target).catch(() => [])).filter((name) =>
    ['manifest.json', 'run_results.json', 'sources.json', 'catalog.json'].includes(name),
  );
  return Promise.all(names.sort().map(async (name) => ({ name, bytes: await readFile(join(target, name)) })));
}
