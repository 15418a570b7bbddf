export { asker, type Asker, callOf } from './asker.ts';
export { EventTab } from './event-tab.ts';
export { FileServer } from './file-server.ts';
export { fixture } from './fixture.ts';
export type { Answer } from './http.ts';
export { Jar } from './jar.ts';
export { freePort, startNats, type ThrowawayNats } from './nats.ts';
export { type S3Key, startS3 } from './s3.ts';
export { startStack, type Stack } from './stack.ts';
