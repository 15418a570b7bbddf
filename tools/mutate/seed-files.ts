import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Manifest } from '@headgate/dbt';

/**
 * Writes the seed files of a project into a folder, with other rows and numbers for every filling but the first, which
 * is the project's own. Seed id → path.
 */
export function seedFiles(
  manifest: Manifest,
  project: string,
  folder: string,
  filling: number,
): Record<string, string> {
  mkdirSync(folder, { recursive: true });
  const seeds = Object.values(manifest.nodes).filter((node) => node.resource_type === 'seed');
  return Object.fromEntries(
    seeds.map((node) => {
      const to = join(folder, basename(node.original_file_path as string));
      const from = join(project, node.original_file_path as string);
      if (filling === 0) cpSync(from, to);
      else writeFileSync(to, otherData(readFileSync(from, 'utf8'), filling));
      return [node.unique_id, to];
    }),
  );
}

/** Rows in another order, one left out, numbers beyond the first column moved: by a rule, so that equal files stay equal. */
function otherData(text: string, filling: number): string {
  const [head = '', ...rows] = text.trimEnd().split('\n');
  const kept = rows.filter((_, i) => i % 7 !== filling);
  const moved = kept.map((row, i) =>
    row
      .split(',')
      .map((cell, c) =>
        c === row.split(',').length - 1 && /^\d+$/.test(cell) ? String(Number(cell) + ((i * filling) % 5)) : cell,
      )
      .join(','),
  );
  return `${[head, ...moved].join('\n')}\n`;
}
