import { readConfig, serve } from '@headgate/kit';
import { graphRead } from './graph-read.module.ts';

const { url } = await serve(readConfig(process.env['HEADGATE_CONFIG']), graphRead);
console.log(JSON.stringify({ ready: true, http: url }));
