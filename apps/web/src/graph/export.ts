/** What is in view, as one takes it elsewhere. */
export interface Seen {
  nodes: Record<string, string | number>[];
  edges: { from: string; to: string; kind?: string; confidence?: number; count?: number }[];
}

const quoted = (text: string): string => (/[",\n\r]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text);

/** The nodes in view and their direct neighbours in view, one line a node. */
export function csvOf({ nodes, edges }: Seen): string {
  const names = [...new Set(nodes.flatMap((node) => Object.keys(node)))];
  const into = new Map<string, string[]>();
  const out = new Map<string, string[]>();
  const put = (where: Map<string, string[]>, id: string, other: string) =>
    void (where.get(id)?.push(other) ?? where.set(id, [other]));
  for (const { from, to } of edges) {
    put(into, to, from);
    put(out, from, to);
  }
  const lines = nodes.map((node) =>
    [
      ...names.map((name) => String(node[name] ?? '')),
      (into.get(String(node['id'])) ?? []).join(' '),
      (out.get(String(node['id'])) ?? []).join(' '),
    ]
      .map(quoted)
      .join(','),
  );
  return [[...names, 'reads', 'feeds'].join(','), ...lines].join('\n') + '\n';
}

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
  /** The drawing of the box itself, from its own corner on. */
  inside: string;
}
/** A drawing without anything of the page: boxes over lines. Coordinates are those of the drawing. */
export function svgOf(boxes: Box[], lines: { path: string; stroke: string }[], ground: string): string {
  const least = (values: number[]) => values.reduce((a, b) => Math.min(a, b), Infinity);
  const most = (values: number[]) => values.reduce((a, b) => Math.max(a, b), -Infinity);
  const margin = 20;
  const [left, top] = [least(boxes.map(({ x }) => x)) - margin, least(boxes.map(({ y }) => y)) - margin];
  const width = most(boxes.map((box) => box.x + box.width)) + margin - left;
  const height = most(boxes.map((box) => box.y + box.height)) + margin - top;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${[left, top, width, height].map(Math.round).join(' ')}" width="${Math.round(width)}" height="${Math.round(height)}">`,
    `<rect x="${left}" y="${top}" width="${width}" height="${height}" fill="${ground}"/>`,
    ...lines.map(({ path, stroke }) => `<path d="${path}" fill="none" stroke="${stroke}"/>`),
    ...boxes.map(({ x, y, inside }) => `<g transform="translate(${x} ${y})">${inside}</g>`),
    '</svg>',
  ].join('\n');
}

/** The S of an edge, from the right side of one box to the left side of another. */
export function curveOf(x1: number, y1: number, x2: number, y2: number): string {
  const middle = (x1 + x2) / 2;
  return `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`;
}

export const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (one) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[one]!);

/** Gives the browser a file to keep. */
export function save(name: string, blob: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
