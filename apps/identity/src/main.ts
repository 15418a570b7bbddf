import { readConfig, serve } from '@headgate/kit';
import { identity } from './identity.module.ts';

const { url } = await serve(readConfig(process.env['HEADGATE_CONFIG']), identity);
console.log(JSON.stringify({ ready: true, http: url }));
