import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { sha256 } from '@headgate/contracts';
import {
  type Manifest,
  type ManifestArtifact,
  readArtifact,
  type Results,
  type RunResultsArtifact,
} from '@headgate/dbt';
import { emptyState, type EnvironmentState, fold, outcomeOf } from '../src/index.ts';
import { applyPatch, type Patch } from './patch.ts';

/** One edit of the recorded project. */
export interface RecordedEdit {
  readonly name: string;
  readonly manifest: Manifest;
  readonly bytes: Uint8Array;
  readonly manifestId: string;
  /** What dbt itself selected by `state:modified+`. */
  readonly ids: readonly string[];
}

export interface Recording {
  readonly manifest: Manifest;
  readonly bytes: Uint8Array;
  readonly manifestId: string;
  readonly runResults: Results;
  /** After the one full build. */
  readonly state: EnvironmentState;
  readonly edits: readonly RecordedEdit[];
}

interface Fixture {
  readonly manifest: object;
  readonly runResults: object;
  readonly cases: readonly { readonly name: string; readonly patch: Patch; readonly ids: readonly string[] }[];
}

/** The fixture that `record.ts` wrote: a real build of the jaffle project, and dbt's answers to many edits of it. */
export function recording(): Recording {
  const file = new URL('../../testing/fixtures/plans/jaffle-edits.json.gz', import.meta.url);
  const fixture = JSON.parse(gunzipSync(readFileSync(file)).toString('utf8')) as Fixture;
  const base = asManifest(fixture.manifest);
  const read = readArtifact(JSON.stringify(fixture.runResults), { file: 'run_results.json' });
  if (!read.ok) throw new Error(read.error.message);
  const { runResults } = read.artifact as RunResultsArtifact;
  let edits: readonly RecordedEdit[] | undefined;
  return {
    ...base,
    runResults,
    state: stateAfter(base.manifest, runResults),
    // Most suites need none of them.
    get edits() {
      return (edits ??= fixture.cases.map(({ name, patch, ids }) => ({
        ...{ name, ids },
        ...asManifest(applyPatch(fixture.manifest, patch)),
      })));
    },
  };
}

export function stateAfter(manifest: Manifest, results: Results, run = 'first'): EnvironmentState {
  const outcome = outcomeOf(manifest, results, { run, attempt: 1 });
  if (!outcome.ok) throw new Error(outcome.reason);
  return fold(emptyState, outcome.outcome);
}

/** The manifest of a value, through bytes and the reader, as a file would come. */
export function asManifest(value: object): { manifest: Manifest; bytes: Uint8Array; manifestId: string } {
  const bytes = Buffer.from(JSON.stringify(value));
  const read = readArtifact(bytes, { file: 'manifest.json' });
  if (!read.ok) throw new Error(read.error.message);
  return { manifest: (read.artifact as ManifestArtifact).manifest, bytes, manifestId: sha256(bytes) };
}
