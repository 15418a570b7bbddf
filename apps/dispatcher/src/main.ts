import { readConfig, serve } from '@headgate/kit';
import { dispatcher } from './dispatcher.module.ts';

const serving = await serve(readConfig(process.env['HEADGATE_CONFIG']), dispatcher);
console.log(JSON.stringify({ ready: true, http: serving.url }));

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void serving.close().then(() => process.exit(0)));
}
