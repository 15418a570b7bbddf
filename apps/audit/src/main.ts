import { readConfig, serve } from '@headgate/kit';
import { audit } from './audit.module.ts';

const { url } = await serve(readConfig(process.env['HEADGATE_CONFIG']), audit);
console.log(JSON.stringify({ ready: true, http: url }));
