import { readConfig, serve } from '@headgate/kit';
import { dispatcher } from './dispatcher.module.ts';

const { url } = await serve(readConfig(process.env['HEADGATE_CONFIG']), dispatcher);
console.log(JSON.stringify({ ready: true, http: url }));
