import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { lineageCommitted } from '@headgate/contracts';
import { Blobs, type Call, Database, Infra, LOG, mutate, Rounds } from '@headgate/kit';
import { LINEAGE_ENGINE, LineagePool } from '@headgate/lineage';
import type { Logger } from 'pino';
import { computeLineage } from './lineage-computation.ts';
import { storedNodes, storeLineage } from './lineage-store.ts';
import type { LineageInputs } from './lineage-inputs.ts';
import type { Wanted } from './lineage-work.ts';
import { Readers } from './readers.ts';

/** Finds what another replica left: its own commits wake it at once. */
const pollMs = 5000;
/** Whoever falls silent for so long has died, and another one begins again. */
const holdSeconds = 60;
const maxAttempts = 5;
/** Idle threads are let go: a parser is some hundred megabytes. */
const idleMs = 30_000;
/** From so many on, an optimized parser is worth its cost. */
const manyQueries = 3000;

interface Row {
  org_id: string;
  project: string;
  environment: string;
  version: string;
  wanted_seq: string;
  wanted_manifest: string;
  wanted_catalog: string | null;
  attempts: number;
}

/**
 * Computes column lineage after a snapshot has been committed: in threads, for as long as it takes, and again after a crash.
 * The work is a row (`lineage_state`); what comes of it becomes visible in one transaction.
 */
@Injectable()
export class LineageStep implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly rounds = new Rounds(() => this.pass(), {
    everyMs: pollMs,
    failed: (error) => this.log.warn({ err: error.message }, 'lineage is tried again'),
  });
  private asking: Promise<void> = Promise.resolve();
  private stopped = false;
  private pool: LineagePool | undefined;
  private idle: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: Database,
    private readonly infra: Infra,
    private readonly blobs: Blobs,
    private readonly readers: Readers,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.database.committed.on('commit', () => this.rounds.due(0));
    this.asking = this.wantMissing();
    this.rounds.due(0);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.idle);
    const ended = this.rounds.stop();
    await this.pool?.close();
    await ended;
  }

  /** Environments without lineage, or with that of another release of the engine, are due. */
  private async wantMissing(): Promise<void> {
    await this.infra
      .query(
        `insert into lineage_state (org_id, project, environment, status, version, wanted_seq, wanted_manifest, wanted_catalog)
         select org_id, project, environment, 'pending', 1, seq, manifest, catalog from environment_head on conflict do nothing`,
      )
      .then(() =>
        this.infra.query(
          `update lineage_state set status = 'pending', attempts = 0, held_until = null where status in ('complete', 'failed') and engine is distinct from $1`,
          [LINEAGE_ENGINE],
        ),
      )
      .catch((error: Error) => this.log.warn({ err: error.message }, 'lineage of older graphs not asked for'));
  }

  private async pass(): Promise<void> {
    await this.asking;
    for (let row = await this.claim(); row && !this.stopped; row = await this.claim()) await this.work(row);
  }

  private async claim(): Promise<Row | undefined> {
    const [row] = await this.infra.query<Row>(
      `update lineage_state set attempts = attempts + 1, held_until = now() + make_interval(secs => $1)
       where (org_id, project, environment) = (select org_id, project, environment from lineage_state
         where status = 'pending' and (held_until is null or held_until < now()) order by updated_at limit 1 for update skip locked)
       returning org_id, project, environment, version, wanted_seq, wanted_manifest, wanted_catalog, attempts`,
      [holdSeconds],
    );
    return row;
  }

  private async work(row: Row): Promise<void> {
    const { org_id: org, project, environment, wanted_manifest: manifest, wanted_catalog: catalog } = row;
    const wanted: Wanted = { project, environment, manifest, catalog, version: +row.version, seq: +row.wanted_seq };
    const call: Call = {
      org,
      actor: { kind: 'service', id: 'ingestion' },
      requestId: `lineage ${project}/${environment} ${wanted.version}`,
    };
    const hold = setInterval(() => void this.extend(row).catch(() => undefined), (holdSeconds * 1000) / 3);
    const began = performance.now();
    try {
      const stored = await this.database.read(call, (tx) => storedNodes(tx, wanted));
      const inputs = await this.inputs(org, wanted);
      const computation = await computeLineage(inputs, stored, (queries) => this.threads(queries));
      await this.database.write(call, async (tx) => {
        const told = await storeLineage(tx, wanted, computation);
        if (told) await mutate(tx, lineageCommitted, told);
      });
      const { computed, none } = computation;
      const fresh = computed.filter(({ rows }) => rows).length;
      const ms = Math.round(performance.now() - began);
      this.log.info({ project, environment, nodes: computed.length, computed: fresh, none, ms }, 'lineage computed');
    } catch (error) {
      await this.putBack(row, error as Error);
    } finally {
      clearInterval(hold);
      this.rest();
    }
  }

  /** Read in the thread that reads deliveries, and within its bounds. */
  private inputs(org: string, { manifest, catalog }: Wanted): Promise<LineageInputs> {
    return this.readers.use(async (thread) => {
      for (const blob of catalog ? [manifest, catalog] : [manifest])
        await thread.read(blob, blob, await this.blobs.size(org, blob), this.blobs.read(org, blob), 'lineage');
      return thread.lineage(0, catalog ? 1 : null);
    });
  }

  private extend({ org_id, project, environment, version }: Row): Promise<unknown> {
    return this.infra.query(
      `update lineage_state set held_until = now() + make_interval(secs => $5)
       where org_id = $1 and project = $2 and environment = $3 and version = $4 and held_until is not null`,
      [org_id, project, environment, version, holdSeconds],
    );
  }

  /** Tried again, soon when we are only being stopped; what fails again and again is said to have failed, and why. */
  private async putBack({ org_id, project, environment, version, attempts }: Row, error: Error): Promise<void> {
    const failed = !this.stopped && attempts >= maxAttempts;
    if (!this.stopped) this.log.warn({ err: error.message, project, environment, attempts }, 'lineage not computed');
    await this.infra.query(
      `update lineage_state set status = case when $5 then 'failed' else 'pending' end, reason = $6, updated_at = now(),
         attempts = case when $7 then attempts - 1 else attempts end,
         held_until = case when $7 or $5 then null else now() + make_interval(secs => 2 ^ attempts) end
       where org_id = $1 and project = $2 and environment = $3 and version = $4`,
      [org_id, project, environment, version, failed, this.stopped ? null : error.message.slice(0, 1000), this.stopped],
    );
    if (!failed) this.rounds.due(2 ** attempts * 1000);
  }

  private threads(queries: number): LineagePool {
    clearTimeout(this.idle);
    return (this.pool ??= new LineagePool({ optimize: queries >= manyQueries }));
  }

  /** Nothing is under way any more: the threads go when nothing comes. */
  private rest(): void {
    clearTimeout(this.idle);
    this.idle = setTimeout(() => {
      void this.pool?.close();
      this.pool = undefined;
    }, idleMs).unref();
  }
}
