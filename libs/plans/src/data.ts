import { findNode, type Manifest } from '@headgate/dbt';
import { carriesVerdict, isPathSeed } from './parts.ts';

/** Ids of the sources that a node reads directly or through ephemeral models, sorted. */
export function dataInputs(manifest: Manifest, id: string): readonly string[] {
  const found = new Set<string>();
  const seen = new Set<string>([id]);
  const stack = [id];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    for (const input of findNode(manifest, at)?.node.depends_on?.nodes ?? []) {
      const node = findNode(manifest, input)?.node;
      if (!node || seen.has(input)) continue;
      seen.add(input);
      if (node.resource_type === 'source') found.add(input);
      else if (!carriesVerdict(node)) stack.push(input);
    }
  }
  return [...found].sort();
}

/** Data that the manifest says nothing about: sources read, the content of a large seed, what a snapshot looks at. */
export function lookedAt(manifest: Manifest, id: string): readonly string[] {
  const node = findNode(manifest, id)?.node;
  if (!node || !carriesVerdict(node) || node.resource_type === 'unit_test') return [];
  // A snapshot compares its input with its past every time: only a version of that input can say "nothing new".
  const own = isPathSeed(node) || node.resource_type === 'snapshot' ? [id] : [];
  return [...own, ...dataInputs(manifest, id)].sort();
}
