import { readConfig, serve } from '@headgate/kit';
import { gateway } from './gateway.module.ts';

const { url } = await serve(readConfig(process.env['HEADGATE_CONFIG']), gateway);
console.log(JSON.stringify({ ready: true, http: url }));
