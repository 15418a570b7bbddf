// The Postgres and the NATS of one run, each behind a proxy, each of which can be struck.
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ChildProcess } from 'node:child_process';
import pg from 'pg';
import { type HostConfig, migrate, provision, type Service } from '@headgate/kit';
import { ended, stop } from '../process/bound-child.js';
import { hostConfig } from '../start/host.js';
import { startNats } from '../start/nats.js';
import { pathsIn } from '../start/paths.js';
import { onFreePort } from '../start/ports.js';
import { initPostgres, startPostgres } from '../start/postgres.js';
import { makeSecrets } from '../start/secrets.js';
import { cpuOf } from '../bench/processes.js';
import { Proxy } from './proxy.ts';

export class Servers {
  readonly paths: ReturnType<typeof pathsIn>;
  readonly postgresProxy = new Proxy(() => this.ports.postgres);
  readonly natsProxy = new Proxy(() => this.ports.nats);
  host!: HostConfig;
  private readonly secrets = makeSecrets();
  private readonly ports = { postgres: 0, nats: 0 };
  private postgres!: ChildProcess;
  private nats!: ChildProcess;

  constructor(
    folder: string,
    private readonly services: readonly Service[],
    private readonly leaseMs: number,
    /** Of Postgres, besides those it has in the product. */
    private readonly settings: Record<string, string> = {},
  ) {
    this.paths = pathsIn(join(folder, 'state'));
  }

  async start(): Promise<void> {
    const { paths, secrets } = this;
    for (const part of [paths.secrets, paths.logs, paths.blobs]) mkdirSync(part, { recursive: true });
    await initPostgres({ dataDir: paths.postgres, owner: secrets.postgres.owner });
    this.ports.postgres = await onFreePort(28_432, async (port) => {
      this.postgres = await this.openPostgres(port);
      return port;
    });
    this.ports.nats = await onFreePort(28_222, async (port) => {
      this.nats = await this.openNats(port);
      return port;
    });
    const ports = { http: 0, health: 0, ...this.ports };
    const real = hostConfig({ paths, secrets, ports }) as HostConfig;
    this.host = { ...real, dispatcher: { leaseMs: this.leaseMs }, logLevel: 'warn' };
    await migrate(this.host, ...this.services);
    await provision(this.host, ...this.services);
  }

  /** What the product is told: the same servers, behind the proxies. */
  async proxied(): Promise<HostConfig> {
    const [postgres, nats] = [await this.postgresProxy.listen(), await this.natsProxy.listen()];
    return {
      ...this.host,
      postgres: { ...this.host.postgres, port: postgres },
      nats: { ...this.host.nats, url: `nats://127.0.0.1:${nats}` },
    };
  }

  /** All at once, nothing written that was not synced; recovery follows at the start. */
  async crashPostgres(): Promise<void> {
    const gone = ended(this.postgres);
    this.postgres.kill('SIGQUIT');
    await gone;
    this.postgres = await this.openPostgres(this.ports.postgres);
  }

  /** One backend by SIGKILL: the server takes all others down with it, and recovers. */
  killBackend(pick: (pids: number[]) => number): boolean {
    const mine = readdirSync('/proc').filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
        return parent === this.postgres.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('hg_');
      } catch {
        return false;
      }
    });
    if (mine.length === 0) return false;
    process.kill(pick(mine.map(Number)), 'SIGKILL');
    return true;
  }

  async killNats({ wipe }: { wipe: boolean }): Promise<void> {
    const gone = ended(this.nats);
    this.nats.kill('SIGKILL');
    await gone;
    if (wipe) rmSync(this.paths.nats, { recursive: true, force: true });
    this.nats = await this.openNats(this.ports.nats);
    if (wipe) await provision(this.host, ...this.services);
  }

  /**
   * Brings Postgres to where a server is that has been up for a while: the files of its log are there and are written
   * again. Else whoever fills one waits until the next, 16 MB of zeros, is on the disk.
   */
  async fillLog(megabytes: number): Promise<void> {
    const { host, port, database, owner } = this.host.postgres;
    const db = new pg.Client({ host, port, database, ...owner });
    await db.connect();
    await db.query(`select pg_logical_emit_message(false, 'fill', repeat('x', 1000000)) from generate_series(1, $1)`, [
      megabytes,
    ]);
    await db.query('checkpoint');
    await db.end();
  }

  /** CPU seconds of NATS so far. */
  natsCpu(): number {
    return cpuOf(this.nats.pid!)!.own;
  }

  async stop(): Promise<void> {
    this.postgresProxy.close();
    this.natsProxy.close();
    await Promise.all([stop(this.nats, { signals: ['SIGKILL'] }), stop(this.postgres, { signals: ['SIGQUIT'] })]);
  }

  private openPostgres(port: number): Promise<ChildProcess> {
    const { paths, secrets } = this;
    const log = join(paths.logs, 'postgres.log');
    return startPostgres({ dataDir: paths.postgres, owner: secrets.postgres.owner, port, log, extra: this.settings });
  }

  private openNats(port: number): Promise<ChildProcess> {
    const { paths, secrets } = this;
    const log = join(paths.logs, 'nats.log');
    return startNats({ port, storeDir: paths.nats, configFile: paths.natsConfig, log, nats: secrets.nats });
  }
}
