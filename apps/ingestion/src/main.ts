import { readConfig, serve } from '@headgate/kit';
import { ingestion } from './ingestion.module.ts';

const { url } = await serve(readConfig(process.env['HEADGATE_CONFIG']), ingestion);
console.log(JSON.stringify({ ready: true, http: url }));
