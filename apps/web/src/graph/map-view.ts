'use client';
import { type RefObject, useEffect, useRef } from 'react';
import type { View } from './far-picture.ts';
import type { Frame } from './minimap.tsx';
import { MapRenderer, type Tints } from './map-renderer.ts';
import { cardHeight, cardWidth, type MapModel, type Reach, reachOf } from './map-model.ts';
import { coloursOf, onTheme } from './style.ts';

/** What a page may ask of a map. */
export interface MapView {
  fit(): void;
  /** Shows these nodes, as large as the view lets them be. */
  fitTo(nodes: readonly number[]): void;
  zoom(by: number): void;
  pan(x: number, y: number): void;
  /** Marks a way; the page and the map share what was found for it. */
  select(way: Reach | undefined): void;
  reachOf(node: number): Reach;
  /** Moves a node into view where it is not. */
  reveal(node: number): void;
  paint(tints: Tints): void;
  /** The nodes in view. */
  seen(): number[];
  picture(): Promise<Blob | null>;
  /** The part of the world in view and the world, in its units; told after every frame. @returns the end of it */
  watch: (tell: (frame: Frame) => void) => () => void;
  moveTo: (x: number, y: number) => void;
}
const leastScale = 0.002;
const mostScale = 2;
/** When a zoom counts as over, and what is seen is drawn for its new scale. */
const restMs = 90;

/** What a person does on the map itself, told to the page. */
interface Acts {
  ready: (view: MapView) => void;
  pick: (node: number | undefined) => void;
  open: (node: number) => void;
}

/** Binds a map to its canvas: size, pointer, wheel, theme. One drawing a frame at most. */
export function useMapView(
  canvas: RefObject<HTMLCanvasElement | null>,
  model: MapModel,
  tints: Tints,
  acts: Acts,
): void {
  const latest = useRef({ ...acts, tints });
  useEffect(() => {
    latest.current = { ...acts, tints };
  });
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d', { alpha: false });
    if (!element || !context) return;
    const map = new BoundMap(element, context, model, latest.current.tints);
    const stop = map.listen(
      (node) => latest.current.pick(node),
      (node) => latest.current.open(node),
    );
    latest.current.ready(map);
    return stop;
  }, [canvas, model]);
}

class BoundMap implements MapView {
  private readonly renderer: MapRenderer;
  private view: View = { x: 0, y: 0, scale: 1 };
  private size = { width: 1, height: 1 };
  private frame = 0;
  private rest: ReturnType<typeof setTimeout> | undefined;
  private tell: ((frame: Frame) => void) | undefined;

  constructor(
    private readonly element: HTMLCanvasElement,
    private readonly context: CanvasRenderingContext2D,
    private readonly model: MapModel,
    private tints: Tints,
  ) {
    this.renderer = new MapRenderer(context, model, coloursOf(), tints);
    this.resize();
    this.fit();
  }

  fit(): void {
    const { minX, minY, maxX, maxY } = this.renderer.bounds;
    this.show(minX, minY, maxX, maxY);
  }

  fitTo(nodes: readonly number[]): void {
    if (nodes.length === 0) return;
    let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity];
    for (const node of nodes) {
      const [x, y] = [this.model.x[node]!, this.model.y[node]!];
      [minX, minY] = [Math.min(minX, x), Math.min(minY, y)];
      [maxX, maxY] = [Math.max(maxX, x + cardWidth), Math.max(maxY, y + cardHeight)];
    }
    this.show(minX, minY, maxX, maxY);
  }

  zoom(by: number, at = { x: this.size.width / 2, y: this.size.height / 2 }): void {
    const scale = Math.min(mostScale, Math.max(leastScale, this.view.scale * by));
    // The point under the pointer stays where it is.
    const [dx, dy] = [at.x - this.size.width / 2, at.y - this.size.height / 2];
    const x = this.view.x + dx / this.view.scale - dx / scale;
    const y = this.view.y + dy / this.view.scale - dy / scale;
    this.view = { x, y, scale };
    clearTimeout(this.rest);
    this.rest = setTimeout(() => {
      this.rest = undefined;
      this.redraw();
    }, restMs);
    this.redraw();
  }

  pan(x: number, y: number): void {
    this.view = { ...this.view, x: this.view.x + x / this.view.scale, y: this.view.y + y / this.view.scale };
    this.redraw();
  }

  select(way: Reach | undefined): void {
    if (this.renderer.way === way) return;
    this.renderer.way = way;
    this.redraw();
  }

  reachOf(node: number): Reach {
    const { way } = this.renderer;
    return way?.nodes[0] === node ? way : reachOf(this.model, node);
  }

  reveal(node: number): void {
    const [left, top, width, height] = this.frameOf().view;
    const [x, y] = [this.model.x[node]!, this.model.y[node]!];
    if (x >= left && y >= top && x + cardWidth <= left + width && y + cardHeight <= top + height) return;
    this.view = { ...this.view, x: x + cardWidth / 2, y: y + cardHeight / 2 };
    this.redraw();
  }

  paint(tints: Tints): void {
    if (tints === this.tints) return;
    this.tints = tints;
    this.renderer.paint(coloursOf(), tints);
    this.redraw();
  }

  seen(): number[] {
    const [left, top, width, height] = this.frameOf().view;
    return this.renderer.within(left, top, left + width, top + height).sort((one, other) => one - other);
  }

  picture(): Promise<Blob | null> {
    return new Promise((done) => this.element.toBlob(done));
  }

  readonly watch = (tell: (frame: Frame) => void): (() => void) => {
    this.tell = tell;
    tell(this.frameOf());
    return () => (this.tell = undefined);
  };

  readonly moveTo = (x: number, y: number): void => {
    this.view = { ...this.view, x, y };
    this.redraw();
  };

  listen(pick: (node: number | undefined) => void, open: (node: number) => void): () => void {
    const { element } = this;
    const stop = new AbortController();
    this.pointer(stop.signal, pick, open);
    element.addEventListener(
      'wheel',
      (event) => {
        event.preventDefault();
        const box = element.getBoundingClientRect();
        this.zoom(Math.exp(-event.deltaY * 0.0016), { x: event.clientX - box.left, y: event.clientY - box.top });
      },
      { signal: stop.signal, passive: false },
    );
    const resized = new ResizeObserver(() => this.resize() && this.redraw());
    resized.observe(element);
    const unthemed = onTheme(() => (this.renderer.paint(coloursOf(), this.tints), this.redraw()));
    return () => {
      stop.abort();
      resized.disconnect();
      unthemed();
      clearTimeout(this.rest);
      cancelAnimationFrame(this.frame);
    };
  }

  private pointer(signal: AbortSignal, pick: (node: number | undefined) => void, open: (node: number) => void): void {
    const { element } = this;
    let last: { x: number; y: number; moved: number } | undefined;
    const hit = (event: MouseEvent) => this.renderer.at(...this.world(event), 4 / this.view.scale);
    const on = <K extends keyof HTMLElementEventMap>(name: K, hear: (event: HTMLElementEventMap[K]) => void) =>
      element.addEventListener(name, hear, { signal });
    on('pointerdown', (event) => {
      last = { x: event.clientX, y: event.clientY, moved: 0 };
      element.setPointerCapture(event.pointerId);
    });
    on('pointermove', (event) => {
      if (!last) return;
      const [dx, dy] = [last.x - event.clientX, last.y - event.clientY];
      last = { x: event.clientX, y: event.clientY, moved: last.moved + Math.abs(dx) + Math.abs(dy) };
      this.pan(dx, dy);
    });
    on('pointerup', (event) => {
      if (last && last.moved < 4) {
        const node = hit(event);
        // At once; the page hears of it after.
        this.select(node === undefined ? undefined : this.reachOf(node));
        pick(node);
      }
      last = undefined;
    });
    on('dblclick', (event) => {
      const node = hit(event);
      if (node !== undefined) open(node);
    });
  }

  private show(minX: number, minY: number, maxX: number, maxY: number): void {
    const scale = Math.min(this.size.width / (maxX - minX + 80), this.size.height / (maxY - minY + 80), 1);
    this.view = { x: (minX + maxX) / 2, y: (minY + maxY) / 2, scale: Math.max(leastScale, scale) };
    this.redraw();
  }

  private world(event: MouseEvent): [number, number] {
    const box = this.element.getBoundingClientRect();
    const x = (event.clientX - box.left - this.size.width / 2) / this.view.scale + this.view.x;
    return [x, (event.clientY - box.top - this.size.height / 2) / this.view.scale + this.view.y];
  }

  private frameOf(): Frame {
    const { minX, minY, maxX, maxY } = this.renderer.bounds;
    const { x, y, scale } = this.view;
    const [width, height] = [this.size.width / scale, this.size.height / scale];
    return { view: [x - width / 2, y - height / 2, width, height], world: [minX, minY, maxX - minX, maxY - minY] };
  }

  private resize(): boolean {
    const { clientWidth, clientHeight } = this.element;
    if (this.size.width === clientWidth && this.size.height === clientHeight) return false;
    const ratio = Math.min(2, devicePixelRatio);
    this.size = { width: clientWidth, height: clientHeight };
    this.element.width = clientWidth * ratio;
    this.element.height = clientHeight * ratio;
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
    return true;
  }

  private redraw(): void {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => {
      this.renderer.draw(this.view, this.size.width, this.size.height, this.rest !== undefined);
      this.tell?.(this.frameOf());
    });
  }
}
