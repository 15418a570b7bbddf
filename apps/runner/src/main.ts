import { readConfig, serve } from '@headgate/kit';
import { runner } from './runner.module.ts';

const serving = await serve(readConfig(process.env['HEADGATE_CONFIG']), runner);
console.log(JSON.stringify({ ready: true, http: serving.url }));

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void serving.close().then(() => process.exit(0)));
}
