import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { Injectable } from '@nestjs/common';
import type { AssetsCodeInput, AssetsCodeOutput } from '@headgate/contracts';
import { manifestMember } from '@headgate/graph';
import { Blobs, type Call } from '@headgate/kit';
import { findNode, Graphs } from './graphs.ts';

/** Bytes of one text; two of them and their escapes fit into one message. */
const textBytes = 300_000;
/** A manifest up to this size is kept for the next question; people look at several assets in a row. */
const keptBytes = 64e6;
/** As much as a delivered manifest may unpack to. */
const unpackedBytes = 2 * 1024 ** 3;

/** The code of nodes. It stands in the manifest alone: graphs hold its hash. */
@Injectable()
export class AssetCode {
  /** The newest manifest that was read, by organization and digest. */
  private kept: { key: string; bytes: Buffer } | undefined;
  /** One at a time: manifests have hundreds of megabytes. */
  private reading: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly blobs: Blobs,
    private readonly graphs: Graphs,
  ) {}

  async get({ project, environment, asset }: AssetsCodeInput, call: Call): Promise<AssetsCodeOutput> {
    const opened = await this.graphs.open({ project, environment }, call);
    const node = opened.graph.nodes[findNode(opened, asset, '/asset')]!;
    const found = this.reading.then(() => this.member(call.org, opened.snapshot.manifest, node.id));
    this.reading = found.catch(() => undefined);
    const member = (await found) ?? {};
    const raw = cut(member['raw_code'] ?? member['raw_sql']);
    const compiled = cut(member['compiled_code'] ?? member['compiled_sql']);
    return {
      id: node.id,
      ...textOf('language', member['language'] ?? node.code?.language),
      ...textOf('raw', raw?.text),
      ...textOf('compiled', compiled?.text),
      ...textOf('path', node.path),
      ...textOf('patchPath', member['patch_path']),
      ...textOf('compiledPath', member['compiled_path']),
      truncated: Boolean(raw?.isCut) || Boolean(compiled?.isCut),
    };
  }

  private async member(org: string, manifest: string, id: string): Promise<Record<string, unknown> | undefined> {
    const key = `${org} ${manifest}`;
    const bytes = this.kept?.key === key ? this.kept.bytes : await unpacked(await this.blobs.get(org, manifest));
    this.kept = bytes.length <= keptBytes ? { key, bytes } : undefined;
    return manifestMember(bytes, id);
  }
}

const inflate = promisify(gunzip);
const unpacked = (bytes: Buffer): Promise<Buffer> | Buffer =>
  bytes[0] === 0x1f && bytes[1] === 0x8b ? inflate(bytes, { maxOutputLength: unpackedBytes }) : bytes;

function cut(value: unknown): { text: string; isCut: boolean } | undefined {
  if (typeof value !== 'string') return undefined;
  if (Buffer.byteLength(JSON.stringify(value)) <= textBytes) return { text: value, isCut: false };
  // A unit of text has at most six bytes as JSON.
  return { text: value.slice(0, textBytes / 6).replace(/[\ud800-\udbff]$/, ''), isCut: true };
}

const textOf = <K extends string>(key: K, value: unknown): { [P in K]?: string } =>
  typeof value === 'string' && value !== '' ? ({ [key]: value } as { [P in K]: string }) : {};
