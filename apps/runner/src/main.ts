import { readConfig, serve } from '@headgate/kit';
import { runner } from './runner.module.ts';

const { url } = await serve(readConfig(process.env['HEADGATE_CONFIG']), runner);
console.log(JSON.stringify({ ready: true, http: url }));
