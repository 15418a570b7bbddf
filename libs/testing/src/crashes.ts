import { Database, DataStore, type Service, type Tx } from '@headgate/kit';
import { Inject, Module, Optional, type Type } from '@nestjs/common';

/** Lets a service's databases go away between two statements, before a commit, or before its answer. */
export class Crashes {
  /** Organization → how many more statements its write transactions get to run before their connection dies. */
  private readonly left = new Map<string, number>();

  /** @param kill ends the connection of a backend, as an administrator may */
  constructor(private readonly kill: (pid: number) => Promise<unknown>) {}

  /** The write transactions of this organization run so many more statements; then one dies. */
  after(org: string, statements: number): void {
    this.left.set(org, statements);
  }

  /** Whether it has died; from here on it does not any more. */
  met(org: string): boolean {
    return !this.left.delete(org);
  }

  /** The service itself, under this threat. */
  around(service: Service): Service {
    const threaten = (database: Database) => this.threaten(database);

    @Module({ imports: [service.module as Type] })
    class Crashing {
      constructor(database: Database, @Optional() @Inject(DataStore) store?: DataStore) {
        for (const each of [database, store]) if (each) threaten(each);
      }
    }
    return { ...service, module: Crashing };
  }

  private threaten(database: Database): void {
    const write = database.write.bind(database);
    database.write = async (call, work) => {
      const result = await write(call, async (tx) => {
        const query: Tx['query'] = async (sql, parameters) => {
          if (this.isHere(tx.org)) await this.die(tx);
          return tx.query(sql, parameters);
        };
        const prepared: Tx['prepared'] = async (sql, parameters) => {
          if (this.isHere(tx.org)) await this.die(tx);
          return tx.prepared(sql, parameters);
        };
        const send: Tx['send'] = async (sql, parameters) => {
          if (this.isHere(tx.org)) await this.die(tx);
          return tx.send(sql, parameters);
        };
        const done = await work({ ...tx, query, prepared, send });
        if (this.isHere(tx.org)) await this.die(tx);
        return done;
      });
      if (this.isHere(call.org)) throw new Error('committed, and nobody was told');
      return result;
    };
  }

  /** True once, when it is this one's turn. */
  private isHere(org: string): boolean {
    const n = this.left.get(org);
    if (n === undefined) return false;
    if (n > 0) this.left.set(org, n - 1);
    else this.left.delete(org);
    return n === 0;
  }

  private async die(tx: Tx): Promise<void> {
    const [row] = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
    await this.kill(row!.pid);
  }
}
