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
/** Of a way through the whole picture no more edges than this are drawn while one cannot tell them apart. */
const mostMarked = 1500;
/** From this many marks on a picture of them is kept, a margin around the view included, and moved instead of drawn. */
const keepFrom = 3000;
const margin = 0.5;

/** A picture that is there already; `view` is its middle, sizes are CSS pixels. */
interface Kept {
  canvas: HTMLCanvasElement;
  view: View;
  width: number;
  height: number;
  isWhole: boolean;
  ground: string;
}

/** Draws a whole snapshot on one canvas: only what is in view, and only as much of it as one can see. */
export class MapRenderer {
  private readonly index: Flatbush;
  private readonly edgeIndex: Flatbush;
  private reach: Uint8Array | undefined;
  private selection: number | undefined;
  private kept: Kept | undefined;
  /** The nodes of the marked way. */
  private list: number[] = [];

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
    this.list = this.reach ? Array.from(this.reach.keys()).filter((at) => this.reach![at] === 1) : [];
  }

  /** How many nodes the marked way has, the selected one included. */
  get reached(): number {
    return this.list.length;
  }

  /** The node at a point of the world. */
  at(x: number, y: number, slack: number): number | undefined {
    return this.index.search(x - slack, y - slack, x + slack, y + slack).find((node) => node < this.model.ids.length);
  }

  /** @param width @param height of the canvas in CSS pixels; the context is scaled to the screen already */
  draw(view: View, width: number, height: number): void {
    this.context.clearRect(0, 0, width, height);
    if (this.fromKept(view, width, height)) return;
    this.drawOn(this.context, view, width, height);
  }

  /** Far away, panning moves a picture that is there already; drawing 50,000 marks again would show the same. */
  private fromKept(view: View, width: number, height: number): boolean {
    if (view.scale >= edgesFrom || this.model.ids.length < keepFrom) return false;
    const { context } = this;
    const kept = this.covers(view, width, height) ? this.kept! : this.keep(view, width, height);
    const x = (kept.view.x - view.x) * view.scale + (width - kept.width) / 2;
    const y = (kept.view.y - view.y) * view.scale + (height - kept.height) / 2;
    context.globalAlpha = this.reach ? 0.25 : 1;
    context.drawImage(kept.canvas, x, y, kept.width, kept.height);
    context.globalAlpha = 1;
    if (!this.reach) return true;
    context.save();
    context.translate(width / 2 - view.x * view.scale, height / 2 - view.y * view.scale);
    context.scale(view.scale, view.scale);
    this.way(context, view.scale);
    this.marks(context, this.list, this.palette, view.scale, true);
    context.restore();
    return true;
  }

  private covers(view: View, width: number, height: number): boolean {
    const { kept } = this;
    if (!kept || kept.view.scale !== view.scale || kept.ground !== this.palette.surface) return false;
    if (kept.isWhole) return true;
    const [farX, farY] = [Math.abs(view.x - kept.view.x) * view.scale, Math.abs(view.y - kept.view.y) * view.scale];
    return farX <= (kept.width - width) / 2 && farY <= (kept.height - height) / 2;
  }

  /** Draws the whole world where it is not much larger than the view, otherwise the view with a margin. */
  private keep(view: View, width: number, height: number): Kept {
    const { minX, minY, maxX, maxY } = this.bounds;
    const [worldX, worldY] = [(maxX - minX) * view.scale + 8, (maxY - minY) * view.scale + 8];
    const isWhole = worldX <= 2.5 * width && worldY <= 2.5 * height;
    const center = isWhole ? { x: (minX + maxX) / 2, y: (minY + maxY) / 2, scale: view.scale } : view;
    const [wide, tall] = isWhole ? [worldX, worldY] : [width * (1 + 2 * margin), height * (1 + 2 * margin)];
    const canvas = this.kept?.canvas ?? document.createElement('canvas');
    const ratio = Math.min(2, devicePixelRatio);
    [canvas.width, canvas.height] = [Math.ceil(wide * ratio), Math.ceil(tall * ratio)];
    const context = canvas.getContext('2d')!;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.drawOn(context, center, wide, tall);
    this.kept = { canvas, view: center, width: wide, height: tall, isWhole, ground: this.palette.surface };
    return this.kept;
  }

  private drawOn(context: CanvasRenderingContext2D, view: View, width: number, height: number): void {
    const { palette } = this;
    context.save();
    context.translate(width / 2 - view.x * view.scale, height / 2 - view.y * view.scale);
    context.scale(view.scale, view.scale);
    const [left, top] = [view.x - width / 2 / view.scale, view.y - height / 2 / view.scale];
    const [right, bottom] = [left + width / view.scale, top + height / view.scale];
    if (view.scale >= edgesFrom) this.edges(context, view.scale, left, top, right, bottom);
    else if (this.reach && context === this.context) this.way(context, view.scale);
    const seen = this.index.search(left, top, right, bottom);
    if (view.scale >= namesFrom) this.cards(context, seen, palette);
    else this.marks(context, seen, palette, view.scale, context === this.context);
    context.restore();
  }

  private edges(
    context: CanvasRenderingContext2D,
    scale: number,
    left: number,
    top: number,
    right: number,
    bottom: number,
  ): void {
    const { palette, reach } = this;
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

  /** The marked way, from far: an even sample of its edges. */
  private way(context: CanvasRenderingContext2D, scale: number): void {
    const { reach, model, palette } = this;
    const marked: number[] = [];
    for (let edge = 0; edge < model.edges.length / 2; edge += 1)
      if (reach![model.edges[2 * edge]!] && reach![model.edges[2 * edge + 1]!]) marked.push(edge);
    const step = Math.max(1, Math.ceil(marked.length / mostMarked));
    const path = new Path2D();
    for (let at = 0; at < marked.length; at += step)
      this.curve(path, model.edges[2 * marked[at]!]!, model.edges[2 * marked[at]! + 1]!, scale);
    context.lineWidth = 1 / scale;
    context.strokeStyle = palette.water;
    context.globalAlpha = 0.5;
    context.stroke(path);
    context.globalAlpha = 1;
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
  private marks(
    context: CanvasRenderingContext2D,
    seen: readonly number[],
    palette: Palette,
    scale: number,
    isMarked: boolean,
  ): void {
    const { model } = this;
    const reach = isMarked ? this.reach : undefined;
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

  private cards(context: CanvasRenderingContext2D, seen: readonly number[], palette: Palette): void {
    const { model, reach, selection } = this;
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
