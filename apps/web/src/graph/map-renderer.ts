import Flatbush from 'flatbush';
import { FarPicture, pixelOf, type View } from './far-picture.ts';
import { cardHeight, cardWidth, type MapModel, type Reach } from './map-model.ts';
import type { Colours } from './style.ts';
import { nameOf } from '../ui/words.ts';

/** What a lens says of each node: `colours[of[node]]`. */
export interface Tints {
  colours: readonly (keyof Colours)[];
  of: Uint8Array;
}

/** From this scale on cards carry their names; below it they are marks. */
const namesFrom = 0.42;
/** From this scale on edges are drawn; below, only those of the selection, or the picture would be one grey. */
const edgesFrom = 0.12;
const mostEdges = 3000;
/** From this many marks on a picture of them is kept, a margin around the view included, and moved instead of drawn. */
const keepFrom = 3000;
const margin = 0.5;
/** How much of what is not on the way of the selection is left. */
const faint = 0.22;

/** What was drawn already, and what it was drawn for. */
interface Kept {
  picture: FarPicture;
  canvas: HTMLCanvasElement;
  isWhole: boolean;
  of: unknown;
}
type Box = [left: number, top: number, right: number, bottom: number];

/** Draws a whole snapshot on one canvas: only what is in view, and only as much of it as one can see. */
export class MapRenderer {
  private readonly index: Flatbush;
  private kept: Kept | undefined;
  private keptWay: Kept | undefined;
  /** What is marked: the selected node, first, and everything that feeds it or that it feeds. */
  way: Reach | undefined;

  constructor(
    private readonly context: CanvasRenderingContext2D,
    private readonly model: MapModel,
    private palette: Colours,
    private tints: Tints,
  ) {
    this.index = new Flatbush(Math.max(1, model.size));
    for (let node = 0; node < model.size; node += 1)
      this.index.add(model.x[node]!, model.y[node]!, model.x[node]! + cardWidth, model.y[node]! + cardHeight);
    if (model.size === 0) this.index.add(0, 0, 0, 0);
    this.index.finish();
  }

  get bounds(): { minX: number; minY: number; maxX: number; maxY: number } {
    const { minX, minY, maxX, maxY } = this.index;
    return { minX, minY, maxX, maxY };
  }

  paint(palette: Colours, tints: Tints): void {
    [this.palette, this.tints, this.kept, this.keptWay] = [palette, tints, undefined, undefined];
  }

  /** The node at a point of the world. */
  at(x: number, y: number, slack: number): number | undefined {
    return this.within(x - slack, y - slack, x + slack, y + slack)[0];
  }

  /** Nodes in a box of the world. */
  within(left: number, top: number, right: number, bottom: number): number[] {
    return this.index.search(left, top, right, bottom, (node) => node < this.model.size);
  }

  /**
   * @param width @param height of the canvas in CSS pixels; the context is scaled to the screen already
   * @param isZooming whether the scale is about to change again: what there is gets stretched until it rests
   */
  draw(view: View, width: number, height: number, isZooming = false): void {
    const { context } = this;
    // Opaque from the ground up: nothing has to be mixed with what lies behind the canvas.
    context.fillStyle = this.palette.ground;
    context.fillRect(0, 0, width, height);
    if (view.scale < edgesFrom && this.model.size >= keepFrom) {
      context.globalAlpha = this.way ? faint : 1;
      this.kept = this.shown(this.kept, this.tints, view, [width, height], isZooming, (picture) => this.all(picture));
      context.globalAlpha = 1;
      if (!this.way) return;
      this.keptWay = this.shown(this.keptWay, this.way, view, [width, height], isZooming, (picture) =>
        this.marked(picture),
      );
      return;
    }
    context.save();
    context.translate(width / 2 - view.x * view.scale, height / 2 - view.y * view.scale);
    context.scale(view.scale, view.scale);
    const [left, top] = [view.x - width / 2 / view.scale, view.y - height / 2 / view.scale];
    const box: Box = [left, top, left + width / view.scale, top + height / view.scale];
    const seen = this.within(...box);
    this.edges(view.scale, seen);
    if (view.scale >= namesFrom) this.cards(seen);
    else this.marks(seen, view.scale);
    context.restore();
  }

  /** Far away, panning moves a picture that is there already; drawing 50,000 marks again would show the same. */
  private shown(
    kept: Kept | undefined,
    of: unknown,
    view: View,
    size: [number, number],
    isZooming: boolean,
    fill: (picture: FarPicture) => void,
  ): Kept {
    const isGood = kept !== undefined && kept.of === of && (isZooming || covers(kept, view, size));
    const now = isGood ? kept : this.drawn(of, view, size, fill, kept);
    const { picture, canvas } = now;
    const stretch = view.scale / picture.view.scale;
    const [wide, tall] = [picture.width * stretch, picture.height * stretch];
    const x = (picture.view.x - view.x) * view.scale + (size[0] - wide) / 2;
    const y = (picture.view.y - view.y) * view.scale + (size[1] - tall) / 2;
    this.context.drawImage(canvas, x, y, wide, tall);
    return now;
  }

  /** Draws the whole world where it is not much larger than the view, otherwise the view with a margin. */
  private drawn(
    of: unknown,
    view: View,
    [width, height]: [number, number],
    fill: (picture: FarPicture) => void,
    old: Kept | undefined,
  ): Kept {
    const { minX, minY, maxX, maxY } = this.bounds;
    const [worldX, worldY] = [(maxX - minX) * view.scale + 8, (maxY - minY) * view.scale + 8];
    const isWhole = worldX <= 2.5 * width && worldY <= 2.5 * height;
    const center = isWhole ? { x: (minX + maxX) / 2, y: (minY + maxY) / 2, scale: view.scale } : view;
    const [wide, tall] = isWhole ? [worldX, worldY] : [width * (1 + 2 * margin), height * (1 + 2 * margin)];
    const picture = new FarPicture(center, wide, tall, Math.min(2, devicePixelRatio));
    fill(picture);
    return { picture, canvas: picture.on(old?.canvas), isWhole, of };
  }

  private all(picture: FarPicture): void {
    const { x, y } = this.model;
    const colours = this.tints.colours.map((one) => pixelOf(this.palette[one]));
    const [wide, tall] = [picture.width / picture.view.scale / 2, picture.height / picture.view.scale / 2];
    const { x: midX, y: midY } = picture.view;
    for (const node of this.within(midX - wide, midY - tall, midX + wide, midY + tall))
      picture.mark(x[node]!, y[node]!, cardWidth, cardHeight * 0.8, colours[this.tints.of[node]!]!);
  }

  /** The way of the selection from far: all of its edges, then its nodes. */
  private marked(picture: FarPicture): void {
    const { model, way } = this;
    const { x, y, parents } = model;
    const water = pixelOf(this.palette.water);
    const middle = cardHeight / 2;
    for (const node of way!.nodes)
      for (let edge = parents.start[node]!; edge < parents.start[node + 1]!; edge += 1) {
        const from = parents.list[edge]!;
        if (way!.mask[from]) picture.line(x[from]! + cardWidth, y[from]! + middle, x[node]!, y[node]! + middle, water);
      }
    for (const node of way!.nodes) picture.mark(x[node]!, y[node]!, cardWidth, cardHeight * 0.8, water);
    const chosen = way!.nodes[0]!;
    // The one that was selected stands out of its way.
    const [padX, padY] = [4 / picture.view.scale, 2.5 / picture.view.scale];
    const ink = pixelOf(this.palette.ink);
    picture.mark(x[chosen]! - padX, y[chosen]! - padY, cardWidth + 2 * padX, cardHeight + 2 * padY, ink);
  }

  /** Edges of the nodes in view; one that only passes by tells nobody anything. */
  private edges(scale: number, seen: readonly number[]): void {
    const { context, palette, way } = this;
    const { parents, children } = this.model;
    const isSeen = new Set(seen);
    let many = 0;
    for (const node of seen) many += parents.start[node + 1]! - parents.start[node]!;
    // More edges than one can tell apart: an even sample of them, the selection's own all the same.
    const step = Math.max(1, Math.ceil(many / mostEdges));
    const plain = new Path2D();
    const marked = new Path2D();
    let at = 0;
    const draw = (from: number, end: number) => {
      if (way && way.mask[from] === 1 && way.mask[end] === 1) this.curve(marked, from, end, scale);
      else if (at++ % step === 0) this.curve(plain, from, end, scale);
    };
    for (const node of seen) {
      for (let edge = parents.start[node]!; edge < parents.start[node + 1]!; edge += 1) draw(parents.list[edge]!, node);
      for (let edge = children.start[node]!; edge < children.start[node + 1]!; edge += 1) {
        const child = children.list[edge]!;
        if (!isSeen.has(child)) draw(node, child);
      }
    }
    context.lineWidth = 1 / scale;
    context.strokeStyle = palette.edge;
    context.globalAlpha = way ? 0.25 : 0.7;
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

  /** Small: one filled path per colour, which is what a canvas is fastest at. */
  private marks(seen: readonly number[], scale: number): void {
    const { context, model, palette, tints, way } = this;
    const paths = new Map<string, Path2D>();
    const [width, height] = [Math.max(cardWidth, 2 / scale), Math.max(cardHeight * 0.8, 1.5 / scale)];
    for (const node of seen) {
      const colour = way?.mask[node] === 0 ? palette.pressed : palette[tints.colours[tints.of[node]!]!];
      let path = paths.get(colour);
      if (!path) paths.set(colour, (path = new Path2D()));
      path.rect(model.x[node]!, model.y[node]!, width, height);
    }
    for (const [colour, path] of paths) {
      context.fillStyle = colour;
      context.fill(path);
    }
    this.chosen(1.6 / scale);
  }

  private cards(seen: readonly number[]): void {
    const { context, model, palette, tints, way } = this;
    const [plain, marked] = [new Path2D(), new Path2D()];
    for (const node of seen)
      (way?.mask[node] === 1 ? marked : plain).roundRect(model.x[node]!, model.y[node]!, cardWidth, cardHeight, 5);
    context.lineWidth = 1;
    context.fillStyle = palette.surface;
    context.fill(plain);
    context.fill(marked);
    context.strokeStyle = palette.line;
    context.stroke(plain);
    context.strokeStyle = palette.water;
    context.stroke(marked);
    this.chosen(2);
    context.font = '500 11.5px Inter, system-ui, sans-serif';
    context.textBaseline = 'middle';
    for (const node of seen) {
      context.globalAlpha = way?.mask[node] === 0 ? 0.45 : 1;
      context.fillStyle = palette[tints.colours[tints.of[node]!]!];
      context.fillRect(model.x[node]! + 8, model.y[node]! + 11, 8, 8);
      context.fillStyle = palette.ink;
      const name = nameOf(model.skeleton.ids[node]!);
      context.fillText(cutTo(name, 19), model.x[node]! + 23, model.y[node]! + cardHeight / 2);
    }
    context.globalAlpha = 1;
  }

  private chosen(lineWidth: number): void {
    const node = this.way?.nodes[0];
    if (node === undefined) return;
    const path = new Path2D();
    path.roundRect(this.model.x[node]!, this.model.y[node]!, cardWidth, cardHeight, 5);
    this.context.fillStyle = this.palette.selected;
    this.context.fill(path);
    this.context.strokeStyle = this.palette.water;
    this.context.lineWidth = lineWidth;
    this.context.stroke(path);
  }
}

function covers({ picture, isWhole }: Kept, view: View, [width, height]: [number, number]): boolean {
  if (picture.view.scale !== view.scale) return false;
  if (isWhole) return true;
  const [farX, farY] = [Math.abs(view.x - picture.view.x), Math.abs(view.y - picture.view.y)];
  return farX * view.scale <= (picture.width - width) / 2 && farY * view.scale <= (picture.height - height) / 2;
}

const cutTo = (name: string, most: number): string => (name.length > most ? `${name.slice(0, most - 1)}…` : name);
