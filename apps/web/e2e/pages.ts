import type { Stack } from './stack.ts';

/** A page to look at: what it is called, where it is, what is there when it is complete. */
export interface Shown {
  name: string;
  path: string;
  sign: string;
}

/** The first environment, as the API and as the pages address it. */
export async function placeOf({ api, url }: Stack): Promise<{ base: string; root: string }> {
  const { items: projects } = await api<{ items: { project: string }[] }>('/projects');
  const project = projects[0]!.project;
  const { items } = await api<{ items: { environment: string }[] }>(`/projects/${project}/environments`);
  const environment = items[0]!.environment;
  return { base: `/projects/${project}/environments/${environment}`, root: `${url}/e/${project}/${environment}` };
}

/** Every page there is, of the story's project, with something on it. */
export async function pagesOf({ api }: Stack, base: string): Promise<Shown[]> {
  const { items: plans } = await api<{ items: { id: string }[] }>(`${base}/plans`);
  const { items: runs } = await api<{ items: { id: string; kind: string }[] }>(`${base}/runs`);
  const build = runs.filter(({ kind }) => kind === 'plan').at(-1)!;
  const id = 'model.jaffle.orders';
  const shown = (name: string, path: string, sign: string): Shown => ({ name, path, sign });
  return [
    shown('home', '', '.run-line'),
    shown('catalog', '/catalog?q=orders', '.preview h2'),
    shown('asset', `/assets/${id}/overview`, '.card .line'),
    shown('asset-columns', `/assets/${id}/columns`, '.table td'),
    shown('asset-lineage', `/assets/${id}/lineage`, '.tiles'),
    shown('asset-runs', `/assets/${id}/runs`, 'a.line'),
    shown('asset-sql', `/assets/${id}/sql`, '.code'),
    // A phone has the table instead.
    shown('graph-map', `/graph?view=map&sel=${id}`, 'canvas.graph-paper, .table td'),
    shown('graph-group', '/graph?view=group&sel=jaffle/models/marts', '[data-ready], .table td'),
    shown('graph-focus', `/graph?root=${id}`, '[data-ready], .table td'),
    shown('graph-columns', `/graph?root=${id}&columns=1&column=amount`, '[data-ready], .table td'),
    shown('graph-changes', '/graph?root=model.jaffle.stores&lens=change&twin=changes', '.table td'),
    shown('graph-table', `/graph?root=${id}&twin=table`, '.table td'),
    shown('plans', '/plans', '.table td'),
    shown('plan-new', '/plans?new=1', 'dialog[open] h2'),
    shown('plan', `/plans/${plans[0]!.id}?node=${id}`, '.why .pairs, .why .code, .why .diff'),
    shown('runs', '/runs', '.table td'),
    shown('run', `/runs/${build.id}`, '.log-line'),
    shown('run-node', `/runs/${build.id}?node=${id}`, '.node-panel dd'),
    shown('schedules', '/schedules', '.empty h2, .table td'),
    shown('audit', '/audit', '.ladder'),
    shown('settings', '/settings', '.line'),
    shown('missing', '/assets/model.jaffle.nothing/overview', 'main [role=alert]'),
  ];
}
