import type { Config } from './config.ts';

/** How a service reaches NATS: as its own user, with an inbox that nobody else may listen to. */
export const natsOptions = ({ nats, service }: Config) => ({
  servers: [nats.url],
  user: nats.user,
  pass: nats.password,
  name: service,
  inboxPrefix: `_INBOX_${service}`,
  maxReconnectAttempts: -1,
  reconnectTimeWait: 250,
  waitOnFirstConnect: true,
  // Else every request takes a stack along, for an error that it will hardly ever have.
  noAsyncTraces: true,
});
