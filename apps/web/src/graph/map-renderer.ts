import Flatbush from 'flatbush';
import { cardHeight, cardWidth, type MapModel, reachOf } from './map-model.ts';

/** Where the eye is: the world point in the middle of the canvas, and pixels per world unit. */
export interface View {
  x: number;
  y: number;
  scale: number;
}
/** Colours of the page, as CSS gives them. */
export interface Palette {
  surface: string;
  line: string;
  edge: string;
  ink: string;
  dim: string;
  water: string;
  selected: string;
  types: Record<string, string>;
  other: string;
}

/** From this scale on cards carry their names; below it they are marks. */
const namesFrom = 0.42;
/** From this scale on edges are drawn; below, only those of the selection, or the picture would be one grey. */
const edgesFrom = 0.12;
const mostEdges = 6000;

/** Draws a whole snapshot on one canvas: only what is in view, and only as much of it as one can see. */
export class MapRenderer {
  private readonly index: Flatbush;
  private readonly edgeIndex: Flatbush;
  private reach: Uint8Array | undefined;
  private selection: number | undefined;

  constructor(
    private readonly context: CanvasRenderingContext2D,
    private readonly model: MapModel,
    public palette: Palette,
  ) {
    const many = model.ids.length;
    this.index = new Flatbush(Math.max(1, many));
    for (let node = 0; node < many; node += 1)
      this.index.add(model.x[node]!, model.y[node]!, model.x[node]! + cardWidth, model.y[node]! + cardHeight);
    if (many === 0) this.index.add(0, 0, 0, 0);
    this.index.finish();
    this.edgeIndex = indexOfEdges(model);
  }

  get bounds(): { minX: number; minY: number; maxX: number; maxY: number } {
    const { minX, minY, maxX, maxY } = this.index;
    return { minX, minY, maxX, maxY };
  }

  /** Marks a node and everything that feeds it or that it feeds. */
  select(node: number | undefined): void {
    this.selection = node;
    this.reach = node === undefined ? undefined : reachOf(this.model, node);
  }

  /** How many nodes the marked way has, the selected one included. */
  get reached(): number {
    return this.reach?.reduce((sum, one) => sum + one, 0) ?? 0;
  }

  /** The node at a point of the world. */
  at(x: number, y: number, slack: number): number | undefined {
    return this.index.search(x - slack, y - slack, x + slack, y + slack).find((node) => node < this.model.ids.length);
  }

  /** @param width @param height of the canvas in CSS pixels; the context is scaled to the screen already */
  draw(view: View, width: number, height: number): void {
    const { context, palette } = this;
    context.clearRect(0, 0, width, height);
    context.save();
    context.translate(width / 2 - view.x * view.scale, height / 2 - view.y * view.scale);
    context.scale(view.scale, view.scale);
    const [left, top] = [view.x - width / 2 / view.scale, view.y - height / 2 / view.scale];
    const [right, bottom] = [left + width / view.scale, top + height / view.scale];
    if (view.scale >= edgesFrom || this.reach) this.edges(view.scale, left, top, right, bottom);
    const seen = this.index.search(left, top, right, bottom);
    if (view.scale >= namesFrom) this.cards(seen, palette);
    else this.marks(seen, palette, view.scale);
    context.restore();
  }

  private edges(scale: number, left: number, top: number, right: number, bottom: number): void {
    const { context, palette, reach } = this;
    const { edges } = this.model;
    const found = this.edgeIndex.search(left, top, right, bottom);
    // More edges than one can tell apart: an even sample of them, the selection's own all the same.
    const step = Math.max(1, Math.ceil(found.length / mostEdges));
    const plain = new Path2D();
    const marked = new Path2D();
    for (let at = 0; at < found.length; at += 1) {
      const edge = found[at]!;
      const [from, to] = [edges[2 * edge]!, edges[2 * edge + 1]!];
      const isMarked = reach !== undefined && reach[from] === 1 && reach[to] === 1;
      if (isMarked) this.curve(marked, from, to, scale);
      else if (at % step === 0 && scale >= edgesFrom) this.curve(plain, from, to, scale);
    }
    context.lineWidth = 1 / scale;
    context.strokeStyle = palette.edge;
    context.globalAlpha = reach ? 0.25 : 0.7;
    context.stroke(plain);
    context.globalAlpha = 1;
    context.lineWidth = 1.6 / scale;
    context.strokeStyle = palette.water;
    context.stroke(marked);
  }

  private curve(path: Path2D, from: number, to: number, scale: number): void {
    const { x, y } = this.model;
    const [x1, y1] = [x[from]! + cardWidth, y[from]! + cardHeight / 2];
    const [x2, y2] = [x[to]!, y[to]! + cardHeight / 2];
    path.moveTo(x1, y1);
    if (scale < namesFrom) path.lineTo(x2, y2);
    else path.bezierCurveTo((x1 + x2) / 2, y1, (x1 + x2) / 2, y2, x2, y2);
  }

  /** Small: one filled path per type, which is what a canvas is fastest at. */
  private marks(seen: readonly number[], palette: Palette, scale: number): void {
    const { context, model, reach } = this;
    const paths = new Map<string, Path2D>();
    // Never thinner than a pixel and a half, or the whole would be seen through.
    const [width, height] = [Math.max(cardWidth, 2 / scale), Math.max(cardHeight * 0.8, 1.5 / scale)];
    for (const node of seen) {
      if (node >= model.ids.length) continue;
      const isDim = reach !== undefined && reach[node] === 0;
      const colour = isDim ? palette.dim : reach ? palette.water : (palette.types[model.types[node]!] ?? palette.other);
      let path = paths.get(colour);
      if (!path) paths.set(colour, (path = new Path2D()));
      path.rect(model.x[node]!, model.y[node]!, width, height);
    }
    for (const [colour, path] of paths) {
      context.fillStyle = colour;
      context.fill(path);
    }
  }

  private cards(seen: readonly number[], palette: Palette): void {
    const { context, model, reach, selection } = this;
    const box = new Path2D();
    const marked = new Path2D();
    for (const node of seen) {
      if (node >= model.ids.length) continue;
      const path = reach?.[node] === 1 ? marked : box;
      path.roundRect(model.x[node]!, model.y[node]!, cardWidth, cardHeight, 5);
    }
    context.lineWidth = 1;
    context.fillStyle = palette.surface;
    context.fill(box);
    context.fill(marked);
    context.strokeStyle = palette.line;
    context.stroke(box);
    context.strokeStyle = palette.water;
    context.stroke(marked);
    if (selection !== undefined) {
      const chosen = new Path2D();
      chosen.roundRect(model.x[selection]!, model.y[selection]!, cardWidth, cardHeight, 5);
      context.fillStyle = palette.selected;
      context.fill(chosen);
      context.lineWidth = 2;
      context.stroke(chosen);
    }
    context.font = '500 11.5px Inter, system-ui, sans-serif';
    context.textBaseline = 'middle';
    for (const node of seen) {
      if (node >= model.ids.length) continue;
      context.fillStyle = palette.types[model.types[node]!] ?? palette.other;
      context.fillRect(model.x[node]! + 8, model.y[node]! + 11, 8, 8);
      context.fillStyle = reach && reach[node] === 0 ? palette.dim : palette.ink;
      context.fillText(cutTo(model.names[node]!, 19), model.x[node]! + 23, model.y[node]! + cardHeight / 2);
    }
  }
}

const cutTo = (name: string, most: number): string => (name.length > most ? `${name.slice(0, most - 1)}…` : name);

function indexOfEdges({ edges, x, y }: MapModel): Flatbush {
  const many = edges.length / 2;
  const index = new Flatbush(Math.max(1, many));
  for (let edge = 0; edge < many; edge += 1) {
    const [from, to] = [edges[2 * edge]!, edges[2 * edge + 1]!];
    const [x1, x2, y1, y2] = [x[from]! + cardWidth, x[to]!, y[from]!, y[to]!];
    index.add(Math.min(x1, x2), Math.min(y1, y2), Math.max(x1, x2), Math.max(y1, y2) + cardHeight);
  }
  if (many === 0) index.add(0, 0, 0, 0);
  index.finish();
  return index;
}
