import pg from 'pg';

/**
 * Ends the connection of a transaction before its nth statement, as a crash would; answers whether it came to that. The
 * transaction is the first one during the work that has a statement with `mark` in it, and that one is its 0th.
 */
export async function crashingAt(mark: string, statement: number, work: () => Promise<unknown>): Promise<boolean> {
  const query = pg.Client.prototype.query as (this: pg.Client, ...args: unknown[]) => unknown;
  const writers = new Set<pg.Client>();
  let seen = 0;
  let crashed = false;
  pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
    const text = typeof args[0] === 'string' ? args[0] : '';
    if (writers.size === 0 && text.includes(mark)) writers.add(this);
    if (writers.has(this) && !crashed && seen++ === statement) {
      crashed = true;
      (this as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
    }
    return query.apply(this, args);
  } as typeof pg.Client.prototype.query;
  try {
    await work();
  } catch (error) {
    if (!crashed) throw error;
  } finally {
    pg.Client.prototype.query = query as typeof pg.Client.prototype.query;
  }
  return crashed;
}
