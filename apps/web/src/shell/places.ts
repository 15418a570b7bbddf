import { Activity, House, Library, ListChecks, Settings, ShieldCheck, Workflow } from 'lucide-react';

/** Where one can go: path below the environment, word, icon, the key after `g`, the permission it takes. */
export const places = [
  ['', 'Home', House, 'h', 'graph:read'],
  ['catalog', 'Catalog', Library, 'c', 'graph:read'],
  ['graph', 'Graph', Workflow, 'g', 'graph:read'],
  ['plans', 'Plans', ListChecks, 'p', 'plan:read'],
  ['runs', 'Runs', Activity, 'r', 'run:read'],
  ['audit', 'Audit', ShieldCheck, 'a', 'audit:read'],
  ['settings', 'Settings', Settings, 's', 'environment:read'],
] as const;
