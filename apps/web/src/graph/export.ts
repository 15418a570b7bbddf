import type { Drawn } from './drawing.tsx';

const quoted = (text: string): string => (/[",\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text);

/** The nodes in view and their direct neighbours in view, one line a node. */
export function csvOf({ nodes, edges }: Pick<Drawn, 'nodes' | 'edges'>): string {
  const joined = (ids: string[]) => ids.join(' ');
  const lines = nodes.map(({ id, type, name, package: pack }) =>
    [
      ...[id, type, name, pack],
      joined(edges.filter(({ to }) => to === id).map(({ from }) => from)),
      joined(edges.filter(({ from }) => from === id).map(({ to }) => to)),
    ]
      .map(quoted)
      .join(','),
  );
  return ['id,type,name,package,reads,feeds', ...lines].join('\n');
}

/** Gives the browser a file to keep. */
export function save(name: string, blob: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
