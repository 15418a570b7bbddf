// Synthetic answers of the API, as large as the product promises to stay quick with.
import { packedSkeleton } from '@headgate/graph';
import type { Route } from 'playwright-core';

export const manyNodes = 50_000;
export const manyLines = 100_000;
const digest = `sha256:${'0'.repeat(64)}`;
const time = '2026-01-01T00:00:00.000Z';
const here = { project: 'p', environment: 'e' };
const run = '00000000-0000-4000-8000-000000000002';
const plan = '00000000-0000-4000-8000-000000000001';

interface Node {
  id: string;
  name: string;
  type: string;
  package: string;
  dependsOn: string[];
}

/**
 * A project in 12 layers, packages of 250; of the edges one in eight goes to another package, a few nodes are hubs.
 * Three edges a node, the same for the same size.
 */
export function graphOf(many: number): { nodes: Node[] } {
  let seed = 42;
  const random = () => (seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
  const layers = 12;
  const at = (layer: number) => Math.floor((many * layer) / layers);
  const nodes = Array.from({ length: many }, (_, index): Node => {
    const layer = Math.min(layers - 1, Math.floor((index * layers) / many));
    const [low, high] = [at(Math.max(0, layer - 1)), Math.max(1, at(layer))];
    const near = () =>
      low +
      Math.floor(
        (((index - at(layer)) / Math.max(1, at(layer + 1) - at(layer))) * (high - low) + random() * 40) % (high - low),
      );
    const far = () => low + Math.floor(random() ** 3 * (high - low));
    const parents = layer === 0 ? [] : Array.from({ length: 3 }, () => (random() < 0.12 ? far() : near()));
    return {
      ...{ id: `model.p.m${index}`, name: `m${index}`, type: layer === 0 ? 'source' : 'model' },
      package: `p${Math.floor(index / 250)}`,
      dependsOn: [...new Set(parents)].filter((one) => one < index).map((one) => `model.p.m${one}`),
    };
  });
  return { nodes };
}

const asset = {
  urn: 'hg:p/model.p.m0',
  id: 'model.p.m0',
  type: 'model',
  name: 'm0',
  package: 'p',
  description: '',
  tags: [],
};
const theAsset = {
  ...{ asset, columns: [], parents: [], children: [], snapshot: digest, columnCount: 0, parentCount: 0, childCount: 0 },
  ...{ tests: [], statistics: { runs: 0, succeeded: 0, failed: 0, recent: [] }, truncated: false },
};
const counts = { run: 3, skip: 7, partial: 0 };
const thePlan = {
  ...here,
  id: plan,
  document: digest,
  snapshot: digest,
  state: digest,
  status: 'proposed',
  createdAt: time,
  counts,
  total: 10,
};
const theRun = {
  ...{
    ...here,
    id: run,
    kind: 'plan',
    status: 'succeeded',
    plan,
    revision: digest,
    requestedBy: 'somebody',
    createdAt: time,
  },
  ...{
    startedAt: time,
    finishedAt: '2026-01-01T00:10:00.000Z',
    attempt: 1,
    cancelRequested: false,
    counts: { success: 3 },
    artifacts: [],
  },
};
const theSnapshot = {
  ...here,
  snapshot: digest,
  seq: 1,
  createdAt: time,
  nodes: 10,
  edges: 9,
  manifest: digest,
  graph: digest,
  counts: { model: 10 },
};
/** A plan of so many nodes, two in five of which run. */
const planOf = (nodes: number) => {
  const ran = Math.ceil(nodes * 0.4);
  return { ...thePlan, total: nodes, counts: { run: ran, skip: nodes - ran, partial: 0 } };
};

function entries(nodes: number, query: URLSearchParams): object {
  const { run: ran } = planOf(nodes).counts;
  const verdict = query.get('verdict') ?? 'RUN';
  const [first, total] = verdict === 'RUN' ? [0, ran] : [ran, nodes - ran];
  const [from, limit] = [Number(query.get('cursor') ?? 0), Number(query.get('limit') ?? 200)];
  const items = Array.from({ length: Math.max(0, Math.min(limit, total - from)) }, (_, index) => ({
    ...{ id: `model.p.m${first + from + index}`, type: 'model', verdict, cause: [], why: 'never built' },
    reasons: [{ code: verdict === 'RUN' ? 'never_built' : 'unchanged' }],
  }));
  const next = from + items.length;
  const header = { rules: 'r', fullRefresh: false, assumed: 0 };
  return { header, items, total, ...(next < total && { next: String(next) }) };
}

const document = {
  schemaVersion: '1.0',
  digest,
  entries: [],
  inputs: [],
  stages: [],
  header: { rules: 'r', data: { assumed: [] }, snapshot: digest, counts },
};

function lines(after: number, limit: number, many: number): object {
  const items = [];
  for (let seq = after + 1; seq <= Math.min(many, after + limit); seq += 1)
    items.push({
      seq,
      at: time,
      attempt: 1,
      level: 'info',
      text: `${seq} of ${many} OK created sql table model main.m${seq} [\u001b[32mOK\u001b[0m in 0.12s]`,
      node: `model.p.m${seq % 50}`,
    });
  return { items, ended: after + limit >= many };
}

/** Answers one request of a page. @param nodes of the graph @param manyLogLines of the run's log */
export async function answers(route: Route, nodes: number, manyLogLines: number): Promise<void> {
  const { pathname, searchParams } = new URL(route.request().url());
  const json = (body: object) => route.fulfill({ json: body });
  if (pathname === '/events') return route.fulfill({ contentType: 'text/event-stream', body: 'retry: 600000\n\n' });
  if (pathname === '/auth/methods') return json({ link: true });
  if (pathname === '/auth/session')
    return json({
      person: { id: 'x', name: 'X', email: 'x@y' },
      org: { id: 'o', name: 'O' },
      permissions: permissions,
      expiresAt: time,
    });
  if (pathname.endsWith('/graph/neighbourhood')) return json(neighbourhood(nodes));
  if (pathname.endsWith('/skeleton'))
    return route.fulfill({ body: Buffer.from(skeleton(nodes)), contentType: 'application/gzip' });
  if (pathname.endsWith('/logs'))
    return json(lines(Number(searchParams.get('after') ?? 0), Number(searchParams.get('limit')), manyLogLines));
  if (pathname.endsWith('/document')) return json(document);
  if (pathname.endsWith('/manifest')) return json({ nodes: {} });
  if (pathname.endsWith('/impact'))
    return json({
      ...{ asset: asset.id, snapshot: digest, total: 0, byType: {}, byOwner: [], byPackage: [] },
      ...{ exposures: [], exposureCount: 0, items: [], truncated: false },
    });
  if (pathname.includes('/assets/')) return json(theAsset);
  if (pathname.endsWith('/assets')) return json({ items: [asset], total: 1, capped: false });
  if (pathname.endsWith('/entries')) return json(entries(nodes, searchParams));
  if (pathname.endsWith(`/plans/${plan}`)) return json(planOf(nodes));
  if (pathname.endsWith(`/runs/${run}`)) return json(theRun);
  if (pathname.endsWith('/plans')) return json({ items: [thePlan] });
  if (pathname.endsWith('/runs')) return json({ items: [theRun] });
  if (pathname.endsWith('/snapshots')) return json({ items: [theSnapshot] });
  if (pathname.endsWith('/checkpoint'))
    return json({ org: run, size: 1, root: digest, at: time, previous: null, signature: 's', key: digest });
  return json({ items: [] });
}

const skeletons = new Map<number, Uint8Array>();
/** The map as the server lays it out; once a size. */
function skeleton(many: number): Uint8Array {
  const made =
    skeletons.get(many) ??
    packedSkeleton({ schemaVersion: '1.0', project: 'p', adapter: 'duckdb', ...graphOf(many) } as never, null);
  skeletons.set(many, made);
  return made;
}

const permissions = [
  'graph:read',
  'plan:read',
  'plan:confirm',
  'run:read',
  'audit:read',
  'token:read',
  'environment:read',
];

function neighbourhood(many: number): object {
  const { nodes } = graphOf(many);
  return {
    ...{ root: 'model.p.m0', snapshot: digest, hiddenEdges: 0, frontier: [], truncated: false },
    nodes: nodes.map(({ dependsOn: _, ...node }) => ({ ...node, tags: [], columns: 0 })),
    edges: nodes.flatMap(({ id, dependsOn }) => dependsOn.map((from) => ({ from, to: id }))),
  };
}
