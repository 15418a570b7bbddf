import { constants } from 'node:fs';
import {
  chmod,
  cp,
  type FileHandle,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import type { Lease } from '@headgate/contracts';
import { Blobs, CONFIG, type Config, Failure } from '@headgate/kit';
import { unpackArchive } from '../archive.ts';
import type { Folders } from '../sandbox/box.ts';
import { isAlive, nameOf } from './alive.ts';
import { endEarlier } from './earlier.ts';
import { type Attempt, projectFile, withQueryComment } from './overlay.ts';
import { adapterOf, placeDatabases, profileFor } from './profiles.ts';

/** An unpacked revision that nobody used for this long is unpacked again when it is wanted. */
const revisionDays = 7;
const maxArtifactBytes = 512 * 1024 ** 2;
const kept = ['manifest.json', 'run_results.json', 'sources.json', 'catalog.json'];

/** Where one attempt works, and on what. */
export interface Place extends Folders {
  readonly org: string;
  /** The folder of the unpacked revision, which nobody writes. */
  readonly original: string;
}

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

  /** Removes what attempts of dead processes left behind, nothing of which can still be wanted, and old revisions. */
  async sweep(now: Date): Promise<void> {
    for (const owner of await namesIn(join(this.root, 'attempts'))) {
      if (!(await isAlive(owner))) await rm(join(this.root, 'attempts', owner), { recursive: true, force: true });
    }
    const revisions = join(this.root, 'revisions');
    for (const org of await namesIn(revisions)) {
      for (const name of await namesIn(join(revisions, org))) {
        const folder = join(revisions, org, name);
        const days = (now.getTime() - (await stat(folder)).mtimeMs) / 86_400_000;
        if (days > revisionDays) await rm(folder, { recursive: true, force: true });
      }
    }
  }

  /** A copy of the revision with what we lay over it, and empty folders for what dbt writes. */
  async open(lease: Lease, revision: string): Promise<Place> {
    const { org, project, environment, run, task, attempt } = lease;
    await endEarlier(join(this.root, 'attempts'), task, attempt);
    const folder = await this.folderOf(lease);
    const data = join(this.config.stateDir, 'environments', org, project, environment);
    const original = await this.revision(org, revision);
    const place = {
      ...{ org, original, data },
      ...{ project: join(folder, 'project'), out: join(folder, 'out'), home: join(folder, 'home') },
    };
    for (const made of [place.out, data]) await mkdir(made, { recursive: true, mode: 0o700 });
    await cp(original, place.project, { recursive: true });
    await chmod(place.project, 0o755);
    await overlay(place.project, { org, project, environment, run, attempt });
    return place;
  }

  /** What cannot be removed now is swept at the next start: no reason for a run to fail. */
  async close(lease: Lease): Promise<void> {
    await rm(await this.folderOf(lease), { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
  }

  /** An empty home for the next stage: what the last one left there, a link say, must not become part of a mount. */
  async freshHome({ home }: Place): Promise<void> {
    await rm(home, { recursive: true, force: true });
    await mkdir(home, { mode: 0o700 });
  }

  /** Lays this stage's selectors.yml over the copy, or puts the project's own back. */
  async select({ project, original, org }: Place, selectors: string | undefined): Promise<void> {
    const name = 'selectors.yml';
    const theirs = readFile(join(original, name)).catch(() => undefined);
    const bytes = selectors ? await this.blobs.get(org, selectors) : await theirs;
    if (bytes) await writeFile(join(project, name), bytes);
    else await rm(join(project, name), { force: true });
  }

  private async folderOf({ task, attempt }: Pick<Lease, 'task' | 'attempt'>): Promise<string> {
    return join(this.root, 'attempts', (await nameOf(process.pid)) ?? String(process.pid), `${task}-${attempt}`);
  }

  private async revision(org: string, digest: string): Promise<string> {
    const folder = join(this.root, 'revisions', org, digest.slice('sha256:'.length));
    const now = new Date();
    if (await stat(folder).catch(() => undefined)) {
      await utimes(folder, now, now);
      return folder;
    }
    const partial = `${folder}.${process.pid}.${now.getTime()}`;
    await mkdir(partial, { recursive: true, mode: 0o700 });
    await unpackArchive(await this.blobs.get(org, digest), partial);
    // Another attempt may have been faster: the same bytes, so either will do.
    await rename(partial, folder).catch(() => rm(partial, { recursive: true, force: true }));
    return folder;
  }
}

async function overlay(project: string, attempt: Attempt): Promise<void> {
  const path = join(project, projectFile);
  const text = await readFile(path, 'utf8');
  await writeFile(path, withQueryComment(text, attempt));
  const profiles = join(project, 'profiles.yml');
  const theirs = await readFile(profiles, 'utf8').catch(unless('ENOENT'));
  await writeFile(profiles, theirs === undefined ? profileFor(text) : placeDatabases(theirs));
}

/** The adapter type of the profile that the project names, as far as its text tells. */
export async function adapterIn({ project }: Folders): Promise<string | undefined> {
  const [own, profiles] = await Promise.all(
    [projectFile, 'profiles.yml'].map((name) => readFile(join(project, name), 'utf8')),
  );
  return adapterOf(own!, profiles!);
}

/**
 * The files a run leaves that are worth keeping, those there are. What ran is not trusted: a link in place of a file
 * would make us read, and show, a file of this machine.
 */
export async function leftBehind({ out }: Folders): Promise<{ name: string; bytes: Buffer }[]> {
  const target = join(out, 'target');
  const found = [];
  if (!(await lstat(target).catch(() => undefined))?.isDirectory()) return [];
  for (const name of (await namesIn(target)).filter((each) => kept.includes(each)).sort()) {
    const file = await open(join(target, name), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
      unless('ELOOP'),
    );
    const bytes = file && (await bytesOf(name, file).finally(() => file.close()));
    // One that dbt was killed while writing is no artifact.
    if (
      bytes
        ?.toString('latin1', bytes.length - 8)
        .trimEnd()
        .endsWith('}')
    )
      found.push({ name, bytes });
  }
  return found;
}

async function bytesOf(name: string, file: FileHandle): Promise<Buffer> {
  const about = await file.stat();
  if (!about.isFile()) return Buffer.alloc(0);
  if (about.size > maxArtifactBytes)
    throw new Failure('limit.exceeded', { detail: `${name} has more than ${maxArtifactBytes} bytes` });
  return file.readFile();
}

const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);

const unless = (code: string) => (error: NodeJS.ErrnoException) => {
  if (error.code !== code) throw error;
  return undefined;
};
