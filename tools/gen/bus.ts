import { type Operation, servicesNamed } from './api.ts';
import type { Contracts } from './contracts.ts';

/** What a service says without keeping it (libs/contracts/resources/signals.json). */
const signals: Record<string, string[]> = { runner: ['log.appended'] };
/** The one that shows people what happens, as it happens: it hears every event and reads every stream. */
const watcher = 'gateway';

/** What each service's NATS user may publish and hear: its own events, the operations it answers, the ones it calls. */
export function busPermissions({ events }: Contracts, operations: Operation[]): object {
  const services = servicesNamed('*');
  const permissions = services.map((service) => {
    const stream = `HG_${service}`;
    const answers = operations.filter((operation) => servicesNamed(operation.service).includes(service));
    const calls = operations.filter(({ callers }) => callers.includes(service));
    const publish = [
      ...events.filter((event) => event.service === service).map(({ type }) => `hg.*.${type}`),
      ...calls.flatMap(({ id, service: to }) => servicesNamed(to).map((name) => `hg.rpc.${name}.${id}`)),
      ...(signals[service] ?? []).map((type) => `hg.*.${type}`),
      `hg.dead.${service}`,
      ...(service === watcher ? services.map((other) => `HG_${other}`) : [stream]).flatMap((name) => [
        `$JS.API.STREAM.INFO.${name}`,
        `$JS.API.STREAM.MSG.GET.${name}`,
      ]),
      ...services.flatMap((other) => [
        `$JS.API.CONSUMER.INFO.HG_${other}.${service}`,
        `$JS.API.CONSUMER.MSG.NEXT.HG_${other}.${service}`,
        `$JS.ACK.HG_${other}.${service}.>`,
      ]),
      // Replies to whoever asked: inboxes carry the asker's name, and nobody else may listen there.
      ...services.map((other) => `_INBOX_${other}.>`),
    ];
    const subscribe = [
      `_INBOX_${service}.>`,
      ...answers.map(({ id }) => `hg.rpc.${service}.${id}`),
      // Four words are an event or a signal; requests have five.
      ...(service === watcher ? ['hg.*.*.*'] : []),
    ];
    return [service, { publish, subscribe }];
  });
  return Object.fromEntries(permissions);
}
