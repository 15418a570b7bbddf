import { readConfig, serve } from '@headgate/kit';
import { planner } from './planner.module.ts';

const { url } = await serve(readConfig(process.env['HEADGATE_CONFIG']), planner);
console.log(JSON.stringify({ ready: true, http: url }));
