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

/** Pages that no menu names, and the place that each stands below. */
const below: Record<string, string> = { assets: 'catalog', schedules: 'runs' };

/** The place that a page belongs to, by the part of the path that names it. */
export const placeOf = (part: string) => places.find(([to]) => to === (below[part] ?? part)) ?? places[0];

/** Which menu entry stands for the page that is open: it itself, or what the open page is below. */
export function currentOf(to: string, part: string): 'page' | 'true' | undefined {
  if (placeOf(part)[0] !== to) return undefined;
  return part === to ? 'page' : 'true';
}
