import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Failure } from '@headgate/kit';
import { extract, type Header, pack } from 'tar-stream';

const maxFiles = 20_000;
const maxBytes = 512 * 1024 ** 2;

/** What dbt and the user's tools make beside a project: no part of what the project says. */
const leftOut = new Set(['target', 'logs', '.user.yml']);

/** A project's files and nothing else: two uploads of the same files are the same bytes, whoever packed them, when and how. */
export interface CanonicalArchive {
  readonly tar: Buffer;
  readonly files: number;
  readonly bytes: number;
}

/**
 * Reads an uploaded tar, plain or gzipped, and packs it again: paths in order, no times, owners, modes or links.
 * @throws Failure `artifact.refused` for one that could write outside its folder, that never ends, or that is no dbt project
 */
export async function canonicalArchive(uploaded: Buffer): Promise<CanonicalArchive> {
  const files = new Map<string, Buffer>();
  for await (const { name, content } of entries(uploaded)) {
    const [top] = name.split('/');
    if (!leftOut.has(top!) && !name.split('/').includes('.git')) files.set(name, content);
  }
  if (!files.has('dbt_project.yml'))
    throw refused('it has no dbt_project.yml at its top', 'pack the folder that holds it');
  const tar = pack();
  let bytes = 0;
  for (const name of [...files.keys()].sort()) {
    refuseFileAsFolder(name, files);
    const content = files.get(name)!;
    bytes += content.length;
    tar.entry({ name, mode: 0o644, mtime: new Date(0), uid: 0, gid: 0 }, content);
  }
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer);
  return { tar: Buffer.concat(chunks), files: files.size, bytes };
}

/** Unpacks a canonical archive. */
export async function unpackArchive(archive: Buffer, folder: string): Promise<void> {
  for await (const { name, content } of entries(archive)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFile(path, content, { mode: 0o644 });
  }
}

async function* entries(archive: Buffer): AsyncGenerator<{ name: string; content: Buffer }> {
  const tar = extract();
  tar.on('error', () => undefined);
  tar.end(plain(archive));
  let files = 0;
  let bytes = 0;
  try {
    for await (const entry of tar) {
      const { header } = entry;
      const name = safeName(header);
      const chunks: Buffer[] = [];
      for await (const chunk of entry) chunks.push(chunk as Buffer);
      bytes += header.size ?? 0;
      if (header.type !== 'file') continue;
      if (++files > maxFiles || bytes > maxBytes)
        throw refused(`it holds more than ${maxFiles} files or ${maxBytes} bytes`, 'leave out what dbt does not read');
      yield { name, content: Buffer.concat(chunks) };
    }
  } catch (error) {
    throw error instanceof Failure ? error : refused((error as Error).message, 'pack it again');
  }
}

function plain(archive: Buffer): Buffer {
  if (archive[0] !== 0x1f || archive[1] !== 0x8b) return archive;
  try {
    // A tar is longer than what it holds: a header and up to a block of padding a file.
    return gunzipSync(archive, { maxOutputLength: maxBytes + maxFiles * 2048 });
  } catch (error) {
    throw refused((error as Error).message, 'pack it again');
  }
}

function safeName({ name, type }: Header): string {
  if (type !== 'file' && type !== 'directory')
    throw refused(`${name} is a ${type}`, 'a project is made of files and folders');
  const parts = name
    .replace(/\/$/, '')
    .split('/')
    .filter((part) => part !== '.');
  const isSafe =
    !name.startsWith('/') &&
    !name.includes('\\') &&
    !name.includes('\0') &&
    !parts.includes('..') &&
    parts.every(Boolean);
  if (!isSafe)
    throw refused(`${JSON.stringify(name)} would lie outside of the project`, 'pack it again from inside the folder');
  return parts.join('/');
}

function refuseFileAsFolder(name: string, files: ReadonlyMap<string, unknown>): void {
  for (let end = name.lastIndexOf('/'); end > 0; end = name.lastIndexOf('/', end - 1)) {
    if (files.has(name.slice(0, end)))
      throw refused(`${name.slice(0, end)} is a file and a folder at once`, 'pack it again');
  }
}

const refused = (detail: string, hint: string): Failure =>
  new Failure('artifact.refused', { detail: `the tar was refused: ${detail}`, where: '/blob', hint });
