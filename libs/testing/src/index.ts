export { freePort, startNats, type ThrowawayNats } from './nats.ts';
export { startStack, type Stack } from './stack.ts';
