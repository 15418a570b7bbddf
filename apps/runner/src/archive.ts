import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Failure } from '@headgate/kit';
import { extract, type Header } from 'tar-stream';

const maxFiles = 20_000;
const maxBytes = 512 * 1024 ** 2;

/** Counts what a project's tar holds, and refuses one that could write outside its folder or that never ends. */
export async function listArchive(archive: Buffer): Promise<{ files: number; bytes: number }> {
  let files = 0;
  let bytes = 0;
  let isProject = false;
  for await (const { name, content } of entries(archive)) {
    files += 1;
    bytes += content.length;
    isProject ||= name === 'dbt_project.yml';
  }
  if (!isProject) throw refused('it has no dbt_project.yml at its top', 'pack the folder that holds it');
  return { files, bytes };
}

/** Unpacks a tar that was listed before. */
export async function unpackArchive(archive: Buffer, folder: string): Promise<void> {
  for await (const { name, content, executable } of entries(archive)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFile(path, content, { mode: executable ? 0o755 : 0o644 });
  }
}

async function* entries(archive: Buffer): AsyncGenerator<{ name: string; content: Buffer; executable: boolean }> {
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
      yield { name, content: Buffer.concat(chunks), executable: ((header.mode ?? 0) & 0o100) !== 0 };
    }
  } catch (error) {
    throw error instanceof Failure ? error : refused((error as Error).message, 'pack it again');
  }
}

function plain(archive: Buffer): Buffer {
  if (archive[0] !== 0x1f || archive[1] !== 0x8b) return archive;
  try {
    return gunzipSync(archive, { maxOutputLength: maxBytes });
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

const refused = (detail: string, hint: string): Failure =>
  new Failure('artifact.refused', { detail: `the tar was refused: ${detail}`, where: '/blob', hint });
