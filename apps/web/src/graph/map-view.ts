'use client';
import { type RefObject, useEffect, useRef } from 'react';
import { MapRenderer, type Palette, type View } from './map-renderer.ts';
import type { MapModel } from './map-model.ts';
import { coloursOf } from './style.ts';

/** What a page may ask of a map. */
export interface MapView {
  fit(): void;
  zoom(by: number): void;
  pan(x: number, y: number): void;
  select(node: number | undefined): void;
  reached(): number;
}
const leastScale = 0.002;
const mostScale = 2;

/** Binds a map to its canvas: size, pointer, wheel, theme. One drawing a frame at most. */
export function useMapView(
  canvas: RefObject<HTMLCanvasElement | null>,
  model: MapModel,
  ready: (view: MapView) => void,
  pick: (node: number | undefined) => void,
  open: (node: number) => void,
): void {
  const acts = useRef({ pick, open, ready });
  useEffect(() => {
    acts.current = { pick, open, ready };
  });
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (!element || !context) return;
    const map = new BoundMap(element, context, model);
    const stop = map.listen(
      (node) => acts.current.pick(node),
      (node) => acts.current.open(node),
    );
    acts.current.ready(map);
    return stop;
  }, [canvas, model]);
}

class BoundMap implements MapView {
  private readonly renderer: MapRenderer;
  private view: View = { x: 0, y: 0, scale: 1 };
  private size = { width: 1, height: 1 };
  private frame = 0;

  constructor(
    private readonly element: HTMLCanvasElement,
    private readonly context: CanvasRenderingContext2D,
    model: MapModel,
  ) {
    this.renderer = new MapRenderer(context, model, paletteOf());
    this.resize();
    this.fit();
  }

  fit(): void {
    const { minX, minY, maxX, maxY } = this.renderer.bounds;
    const scale = Math.min(this.size.width / (maxX - minX + 80), this.size.height / (maxY - minY + 80), 1);
    this.view = { x: (minX + maxX) / 2, y: (minY + maxY) / 2, scale: Math.max(leastScale, scale) };
    this.redraw();
  }

  zoom(by: number, at = { x: this.size.width / 2, y: this.size.height / 2 }): void {
    const scale = Math.min(mostScale, Math.max(leastScale, this.view.scale * by));
    // The point under the pointer stays where it is.
    const [dx, dy] = [at.x - this.size.width / 2, at.y - this.size.height / 2];
    const x = this.view.x + dx / this.view.scale - dx / scale;
    const y = this.view.y + dy / this.view.scale - dy / scale;
    this.view = { x, y, scale };
    this.redraw();
  }

  pan(x: number, y: number): void {
    this.view = { ...this.view, x: this.view.x + x / this.view.scale, y: this.view.y + y / this.view.scale };
    this.redraw();
  }

  select(node: number | undefined): void {
    this.renderer.select(node);
    this.redraw();
  }

  reached(): number {
    return this.renderer.reached;
  }

  listen(pick: (node: number | undefined) => void, open: (node: number) => void): () => void {
    const { element } = this;
    const stop = new AbortController();
    const on = { signal: stop.signal };
    let last: { x: number; y: number; moved: number } | undefined;
    const hit = (event: MouseEvent) => this.renderer.at(...this.world(event), 4 / this.view.scale);
    element.addEventListener(
      'pointerdown',
      (event) => {
        last = { x: event.clientX, y: event.clientY, moved: 0 };
        element.setPointerCapture(event.pointerId);
      },
      on,
    );
    element.addEventListener(
      'pointermove',
      (event) => {
        if (!last) return;
        const [dx, dy] = [last.x - event.clientX, last.y - event.clientY];
        last = { x: event.clientX, y: event.clientY, moved: last.moved + Math.abs(dx) + Math.abs(dy) };
        this.pan(dx, dy);
      },
      on,
    );
    element.addEventListener(
      'pointerup',
      (event) => {
        if (last && last.moved < 4) pick(hit(event));
        last = undefined;
      },
      on,
    );
    element.addEventListener(
      'dblclick',
      (event) => {
        const node = hit(event);
        if (node !== undefined) open(node);
      },
      on,
    );
    element.addEventListener(
      'wheel',
      (event) => {
        event.preventDefault();
        const box = element.getBoundingClientRect();
        this.zoom(Math.exp(-event.deltaY * 0.0016), { x: event.clientX - box.left, y: event.clientY - box.top });
      },
      { ...on, passive: false },
    );
    const resized = new ResizeObserver(() => (this.resize(), this.redraw()));
    resized.observe(element);
    const themed = new MutationObserver(() => ((this.renderer.palette = paletteOf()), this.redraw()));
    themed.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => {
      stop.abort();
      resized.disconnect();
      themed.disconnect();
      cancelAnimationFrame(this.frame);
    };
  }

  private world(event: MouseEvent): [number, number] {
    const box = this.element.getBoundingClientRect();
    const x = (event.clientX - box.left - this.size.width / 2) / this.view.scale + this.view.x;
    return [x, (event.clientY - box.top - this.size.height / 2) / this.view.scale + this.view.y];
  }

  private resize(): void {
    const { clientWidth, clientHeight } = this.element;
    const ratio = Math.min(2, devicePixelRatio);
    this.size = { width: clientWidth, height: clientHeight };
    this.element.width = clientWidth * ratio;
    this.element.height = clientHeight * ratio;
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
  }

  private redraw(): void {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.renderer.draw(this.view, this.size.width, this.size.height));
  }
}

function paletteOf(): Palette {
  const { surface, line, edge, ink, pressed, water, selected, ok, violet, amber } = coloursOf();
  return {
    ...{ surface, line, edge, ink, dim: pressed, water, selected, other: edge },
    types: { model: water, source: ok, seed: ok, snapshot: violet, exposure: amber, metric: amber },
  };
}
