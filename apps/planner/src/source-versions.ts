import { Injectable } from '@nestjs/common';
import { runsGet } from '@headgate/contracts';
import { type Manifest, readArtifact } from '@headgate/dbt';
import { Blobs, type Call, Clients, Database, Failure, type Tx } from '@headgate/kit';
import { type SourceLook, sourceLooks } from '@headgate/plans';
import { lockPlace, type Place } from './place.ts';

/** Of one source so many changes are remembered: a build that began before all of them was over data nobody knows. */
const keptChanges = 50;

interface Row {
  readonly source: string;
  readonly version: string;
  readonly last_looked_at: Date;
}

/** What dbt's freshness saw of the data of sources, wherever such files came from. */
@Injectable()
export class SourceVersions {
  constructor(
    private readonly blobs: Blobs,
    private readonly clients: Clients,
    private readonly database: Database,
  ) {}

  /**
   * unaudited: a run's end is the leaf, and is heard of sooner or later. Notes what a look at the sources found now, for
   * a plan that is to know it.
   * @throws Failure `precondition.missing` when it has not ended, is none of this environment, or left nothing
   */
  async noteLook(place: Place, run: string, call: Call): Promise<void> {
    const planner: Call = { ...call, actor: { kind: 'service', id: 'planner' } };
    const look = await this.clients.call(runsGet, runsGet.input.parse({ run }), planner);
    const isHere = look.project === place.project && look.environment === place.environment;
    const file = look.artifacts.find(({ name }) => name === 'sources.json');
    if (!isHere || look.kind !== 'operation' || !look.finishedAt || !file) {
      const detail = `run ${run} left no look at the sources of this environment${look.reason ? `: ${look.reason}` : ''}`;
      throw new Failure('precondition.missing', { detail, where: '/look', hint: `headgate logs ${run}` });
    }
    await this.database.write(planner, (tx) => this.note(tx, place, file.blob));
  }

  /** Notes what a sources.json says; one that does not say when it looked says nothing. */
  async note(tx: Tx, place: Place, digest: string): Promise<void> {
    const file = readArtifact(await this.blobs.get(tx.org, digest), { file: 'sources.json' });
    if (!file.ok || file.artifact.kind !== 'sources') return;
    const { freshness } = file.artifact;
    const at = momentOf(freshness.metadata['generated_at']);
    const looks = Object.entries(sourceLooks(freshness));
    if (at === undefined || looks.length === 0) return;
    await lockPlace(tx, place);
    const { project, environment } = place;
    const sources = looks.map(([source]) => source);
    await tx.query(
      `with looked as (select * from unnest($3::text[], $4::text[]) looked (source, version)),
         before as (
           select distinct on (source) source, version, first_looked_at from source_version
           where project = $1 and environment = $2 and source = any ($3) and first_looked_at <= $5
           order by source, first_looked_at desc),
         same as (
           select b.source, b.first_looked_at from before b join looked l using (source)
           where l.version is not distinct from b.version),
         extended as (
           update source_version v set last_looked_at = greatest(v.last_looked_at, $5) from same
           where v.project = $1 and v.environment = $2 and v.source = same.source and v.first_looked_at = same.first_looked_at)
       insert into source_version (org_id, project, environment, source, first_looked_at, last_looked_at, version)
       select $6, $1, $2, source, $5, $5, version from looked where source not in (select source from same)
       on conflict do nothing`,
      [project, environment, sources, looks.map(([, version]) => version), at, tx.org],
    );
    await forget(tx, place, sources);
  }

  /**
   * Source id → a version that whatever was built by the invocation of a manifest read at least: of the last look before
   * it began. What was loaded in between only makes a later plan run more.
   */
  async before(tx: Tx, place: Place, { metadata }: Manifest): Promise<Readonly<Record<string, string>>> {
    const began = momentOf(metadata.generated_at);
    const looks = began === undefined ? [] : await lookedUntil(tx, place, began);
    return Object.fromEntries(looks.map(({ source, version }) => [source, version]));
  }

  /** What was seen last; without sources that could not be asked then. */
  newest(tx: Tx, place: Place): Promise<readonly SourceLook[]> {
    return lookedUntil(tx, place, 'infinity');
  }
}

async function lookedUntil(tx: Tx, { project, environment }: Place, until: string): Promise<readonly SourceLook[]> {
  const rows = await tx.query<Row>(
    `select source, version, last_looked_at from (
       select distinct on (source) source, version, last_looked_at from source_version
       where project = $1 and environment = $2 and first_looked_at <= $3::timestamptz
       order by source, least(last_looked_at, $3::timestamptz) desc, first_looked_at desc) newest
     where version is not null`,
    [project, environment, until],
  );
  return rows.map(({ source, version, last_looked_at: at }) => ({ source, version, lookedAt: at.getTime() }));
}

const forget = (tx: Tx, { project, environment }: Place, sources: readonly string[]): Promise<unknown> =>
  tx.query(
    `delete from source_version v using (
       select source, first_looked_at, row_number() over (partition by source order by first_looked_at desc) as age
       from source_version where project = $1 and environment = $2 and source = any ($3)) old
     where v.project = $1 and v.environment = $2 and v.source = old.source and v.first_looked_at = old.first_looked_at and old.age > $4`,
    [project, environment, sources, keptChanges],
  );

/** A moment as the database takes it; undefined for what is none. */
function momentOf(text: unknown): string | undefined {
  const at = typeof text === 'string' ? Date.parse(text) : NaN;
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}
