import { migrate, provision, readConfig } from '@headgate/kit';
import { services } from './services.ts';

const config = readConfig(process.env['HEADGATE_CONFIG']);
const drift = await migrate(config, ...services);
if (drift.length > 0) throw new Error(`entities and migrations disagree:\n${drift.join('\n')}`);
await provision(config, ...services);
