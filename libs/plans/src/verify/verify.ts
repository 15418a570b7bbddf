import {
  contract,
  ContractError,
  type EnvironmentState,
  type ExecutionPlan,
  hashOf,
  sha256,
} from '@headgate/contracts';
import { readArtifact } from '@headgate/dbt';
import { entryAt, readCanonical } from './bytes.ts';
import { readElsewhere } from './elsewhere.ts';
import { ManifestEvidence } from './evidence.ts';
import { checkCoverage, checkEntry, checkHeader, checkInputs, checkStages } from './checks.ts';
import type { ReadSql } from './holds.ts';
import { Rederivation } from './rederive.ts';
import { Rejected, type VerifyRefusal } from './rejected.ts';

/** The rules that this code knows how to follow. */
const knownRules = 'columns/4';

export interface VerifyInput {
  /** The bytes of plan.json, of the manifest.json it names and of the state.json it names. */
  readonly plan: Uint8Array;
  readonly manifest: Uint8Array;
  readonly state: Uint8Array;
  /** The state of the environment that the plan defers to; without it, what the plan says of that is taken on trust. */
  readonly deferred?: Uint8Array;
  /** Reads the SQL of an adapter; without it, a plan that looked at SQL is not judged. */
  readonly reader?: (adapter: string | null | undefined) => ReadSql | undefined;
}

export type VerifyResult =
  | {
      readonly ok: true;
      readonly digest: string;
      readonly entries: number;
      readonly run: number;
      readonly skip: number;
      readonly partial: number;
    }
  | {
      readonly ok: false;
      readonly code: VerifyRefusal;
      readonly message: string;
      readonly entry?: string;
      readonly offset?: number;
    };

type Plan = ExecutionPlan;

/**
 * Checks a plan against the manifest and the state it names: every verdict, reason and piece of evidence is worked out
 * again by code that shares nothing with the builder but the reader of SQL it is given. What it takes on trust is what neither file can say: the snapshot's
 * id, the words of a selection, versions of data in mode `check`, hashes of large seed files, and what another environment
 * holds that a plan defers to, unless its state is given, too.
 */
export function verifyPlan(input: VerifyInput): VerifyResult {
  try {
    const plan = readPlan(input.plan);
    const now = new ManifestEvidence(readManifest(input.manifest, plan), plan.header.files);
    const state = readState(input.state, plan.header.state);
    const { defer } = plan.header;
    const there = defer && input.deferred && readState(input.deferred, defer.state);
    const selected = plan.header.selection === null ? null : new Set(plan.entries.map((entry) => entry.id));
    const { mode, versions } = plan.header.data;
    const rederived = new Rederivation(now, state, {
      check: mode === 'check',
      versions,
      fullRefresh: plan.header.fullRefresh,
      eventTime: plan.header.eventTime,
      selected,
      elsewhere: readElsewhere(plan, now, state, there),
      read: readerFor(plan, now, input.reader),
    });
    checkCoverage(plan, now);
    for (const entry of plan.entries) checkEntry(entry, now, rederived, plan);
    checkHeader(plan, now);
    checkInputs(plan, now, rederived);
    checkStages(plan);
    checkDigest(plan);
    return { ok: true, digest: plan.digest, entries: plan.entries.length, ...plan.header.counts };
  } catch (error) {
    if (!(error instanceof Rejected)) throw error;
    const { code, message, entry, offset } = error;
    return { ok: false, code, message, ...(entry !== undefined && { entry }), ...(offset !== undefined && { offset }) };
  }
}

function readerFor(plan: Plan, { manifest }: ManifestEvidence, reader: VerifyInput['reader']): ReadSql | null {
  if (!plan.entries.some((entry) => (entry.evidence.query ?? null) !== null)) return null;
  const read = reader?.(manifest.metadata.adapter_type);
  if (!read) throw new Rejected('rules', 'the plan rests on compiled SQL, and nobody here can read it');
  return read;
}

function readPlan(bytes: Uint8Array): Plan {
  const file = readCanonical(bytes);
  if (!file.ok) {
    throw new Rejected(
      'not_canonical',
      `${file.message}, at byte ${file.offset}`,
      entryAt(bytes, file.offset),
      file.offset,
    );
  }
  const plan = shaped<Plan>('ExecutionPlan', file.value);
  const { rules } = plan.header;
  if (rules !== knownRules)
    throw new Rejected('rules', `the plan follows rules ${rules}; this release knows ${knownRules}`);
  return plan;
}

/** Comes last: when an entry was changed, the entry is the better answer than the hash that gives it away. */
function checkDigest({ digest, ...rest }: Plan): void {
  if (hashOf(rest) !== digest) throw new Rejected('digest', 'the plan is not what its digest says');
}

/** Parses by contract; a file that breaks it is refused, whatever its hashes say. */
function shaped<T>(name: string, value: unknown): T {
  try {
    return contract<T>(name).parse(value);
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    throw new Rejected('bad_shape', `${name}: ${error.path || '/'} ${error.reason}`, entryOf(value, error.path));
  }
}

/** The id of the entry that a JSON pointer leads into. */
function entryOf(value: unknown, path: string): string | undefined {
  const index = /^\/entries\/(\d+)/.exec(path)?.[1];
  const entries = (value as { entries?: { id?: unknown }[] } | null)?.entries;
  const id = index === undefined ? undefined : entries?.[Number(index)]?.id;
  return typeof id === 'string' ? id : undefined;
}

function readManifest(bytes: Uint8Array, plan: Plan): ManifestEvidence['manifest'] {
  const read = readArtifact(bytes, { file: 'manifest.json' });
  if (!read.ok) throw new Rejected('manifest', `${read.error.path}: ${read.error.message}`);
  if (read.artifact.kind !== 'manifest')
    throw new Rejected('manifest', `this is a ${read.artifact.kind}, not a manifest`);
  // A plan may name the file as it was delivered, compressed, or as it unpacks.
  if (![read.artifact.id, sha256(bytes)].includes(plan.header.manifest))
    throw new Rejected(
      'manifest',
      `the plan was made from manifest ${plan.header.manifest}; this one is ${read.artifact.id}`,
    );
  return read.artifact.manifest;
}

function readState(bytes: Uint8Array, named: string): EnvironmentState {
  const id = sha256(bytes);
  if (id !== named) throw new Rejected('state', `the plan was made from state ${named}; this one is ${id}`);
  const file = readCanonical(bytes);
  if (!file.ok) throw new Rejected('state', `${file.message}, at byte ${file.offset}`);
  return shaped<EnvironmentState>('EnvironmentState', file.value);
}
