import { readConfig, serve } from '@headgate/kit';
import { services } from './services.ts';

const serving = await serve(readConfig(process.env['HEADGATE_CONFIG']), ...services);
console.log(JSON.stringify({ ready: true, http: serving.url, health: serving.healthUrl }));

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void serving.close().then(() => process.exit(0)));
}
