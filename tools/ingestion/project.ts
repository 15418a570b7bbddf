import { type Random } from '../random.ts';

/** A small project as it may be at one time: its models by name, what they say, what they read. */
export type Project = ReadonlyMap<string, { readonly says: number; readonly reads: readonly string[] }>;

const names = Array.from('abcdefghij', (letter) => `m_${letter}`);

/** One edit as people make them: something new, gone, renamed, said otherwise or read from elsewhere. */
export function edited(project: Project, random: Random): Project {
  const next = new Map(project);
  const [name = 'm_a'] = random.sample([...next.keys()], 1);
  const free = random.pick(names);
  const model = () => ({ says: random.int(4), reads: random.sample(names, random.int(4)) });
  const kind = random.pick(['add', 'delete', 'rename', 'say', 'rewire'] as const);
  const was = next.get(name) ?? model();
  if (kind === 'add') next.set(free, model());
  else if (kind === 'delete') next.delete(name);
  else if (kind === 'say') next.set(name, { ...was, says: random.int(4) });
  else if (kind === 'rewire') next.set(name, { ...was, reads: model().reads });
  else {
    next.delete(name);
    for (const [id, { says, reads }] of next)
      next.set(id, { says, reads: reads.map((one) => (one === name ? free : one)) });
    next.set(free, was);
  }
  return next;
}

export function manifestOf(project: Project): Buffer {
  const nodes = [...project].map(([name, { says, reads }]) => [
    `model.p.${name}`,
    {
      ...{ resource_type: 'model', name, package_name: 'p', description: `says ${says} é "x"`, tags: [`t${says}`] },
      ...{ columns: { id: { name: 'id' } }, depends_on: { nodes: reads.map((one) => `model.p.${one}`) } },
    },
  ]);
  const metadata = { dbt_schema_version: 'https://schemas.getdbt.com/dbt/manifest/v12.json', project_name: 'p' };
  return Buffer.from(JSON.stringify({ metadata, nodes: Object.fromEntries(nodes), sources: {}, macros: {} }));
}
