import type { Tx } from '@headgate/kit';

/** An environment, which all that is kept here is about. */
export interface Place {
  readonly project: string;
  readonly environment: string;
}

/** What is heard of one environment takes effect one after another. */
export async function lockPlace(tx: Tx, { project, environment }: Place): Promise<void> {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`${tx.org} ${project} ${environment}`]);
}
