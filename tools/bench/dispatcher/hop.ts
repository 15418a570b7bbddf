// What it costs to ask over the bus instead of in the process: a signed request, its checks on the other side, a reply. The
// question is one that is answered without a look at anything: a worker that was let go asks for work.
import { randomUUID } from 'node:crypto';
import { tasksClaim, tasksRelease } from '@headgate/contracts';
import { type HostConfig, serve } from '@headgate/kit';
import { callOf, parts, worker as service } from '../../chaos/peer.ts';

const nobody = callOf('00000000-0000-0000-0000-000000000000');

export interface Hop {
  readonly perSecond: number;
  /** CPU of Node, which is on both ends here, and of NATS, µs each. */
  readonly node: number;
  readonly nats: number;
}

/** @param natsCpu CPU seconds of NATS so far */
export async function hop(host: HostConfig, natsCpu: () => number, atOnce: number): Promise<Hop> {
  const serving = await serve(host, service);
  try {
    const clients = parts.clients!;
    const worker = randomUUID();
    await clients.call(tasksRelease, { worker, held: [] }, nobody);
    const ask = async (count: number) => {
      let left = count;
      const asking = Array.from({ length: atOnce }, async () => {
        while (left-- > 0) await clients.call(tasksClaim, { worker, operators: ['bench'], max: 1, wait: 0 }, nobody);
      });
      await Promise.all(asking);
    };
    await ask(1000);
    const [node, nats, began, count] = [process.cpuUsage(), natsCpu(), performance.now(), 5000];
    await ask(count);
    const seconds = (performance.now() - began) / 1000;
    const { user, system } = process.cpuUsage(node);
    return { perSecond: count / seconds, node: (user + system) / count, nats: ((natsCpu() - nats) * 1e6) / count };
  } finally {
    await serving.close();
  }
}
