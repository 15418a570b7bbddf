'use client';
import { useEffect, useRef } from 'react';
import { FarPicture, pixelOf } from './far-picture.ts';
import { coloursOf, onTheme } from './style.ts';

const size = { width: 132, height: 74 };

/** A drawing that moves is followed so often: to paint small things over a large one costs more than it shows. */
const everyMs = 100;

/** Left, top, width and height, in the drawing's own units. */
export type Rectangle = readonly [left: number, top: number, width: number, height: number];
/** What part of a drawing is in view; told whenever it changes. */
export interface Frame {
  view: Rectangle;
  world: Rectangle;
}

/**
 * The whole drawing in small, with what is in view. The keys that move the drawing do the same for those who cannot
 * point at it.
 * @param nodes boxes as left, top, width, height; one after the other
 */
export function Minimap({
  nodes,
  watch,
  moveTo,
}: {
  nodes: () => Float32Array;
  watch: (tell: (frame: Frame) => void) => () => void;
  moveTo: (x: number, y: number) => void;
}) {
  const picture = useRef<HTMLDivElement>(null);
  const window = useRef<HTMLElement>(null);
  const world = useRef<Rectangle>([0, 0, 1, 1]);
  useEffect(() => {
    let drawn = '';
    let latest: Frame;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const hear = (frame: Frame) => {
      world.current = frame.world;
      if (drawn !== frame.world.join()) paint(picture.current!, nodes(), frame.world);
      drawn = frame.world.join();
      latest = frame;
      timer ??= setTimeout(() => {
        timer = undefined;
        if (window.current) place(window.current, latest);
      }, everyMs);
    };
    const stop = watch(hear);
    const unthemed = onTheme(() => paint(picture.current!, nodes(), world.current));
    return () => {
      clearTimeout(timer);
      stop();
      unthemed();
    };
  }, [nodes, watch]);
  const point = (event: React.PointerEvent<HTMLDivElement>) => {
    if (event.buttons !== 1) return;
    const box = event.currentTarget.getBoundingClientRect();
    const [scale, left, top] = scaleOf(world.current);
    moveTo((event.clientX - box.left - 4 - left) / scale, (event.clientY - box.top - 4 - top) / scale);
  };
  return (
    <div className="graph-mini" aria-hidden onPointerDown={point} onPointerMove={point}>
      <div ref={picture} style={size}>
        <i ref={window} />
      </div>
    </div>
  );
}

/** Moves the window; what does not differ is not touched. */
function place(window: HTMLElement, { view, world }: Frame): void {
  const [scale, left, top] = scaleOf(world);
  const within = (value: number, most: number) => Math.round(Math.min(most - 1, Math.max(1, value)) * 2) / 2;
  const [x, y] = [within(left + view[0] * scale, size.width), within(top + view[1] * scale, size.height)];
  const right = within(left + (view[0] + view[2]) * scale, size.width);
  const bottom = within(top + (view[1] + view[3]) * scale, size.height);
  const style = { width: `${right - x}px`, height: `${bottom - y}px`, transform: `translate(${x}px, ${y}px)` };
  for (const [name, value] of Object.entries(style) as [keyof typeof style, string][])
    if (window.style[name] !== value) window.style[name] = value;
}

/** Pixels per unit, and where the origin lies. */
function scaleOf([left, top, width, height]: Rectangle): [number, number, number] {
  const scale = Math.min((size.width - 12) / Math.max(1, width), (size.height - 12) / Math.max(1, height));
  return [scale, size.width / 2 - (left + width / 2) * scale, size.height / 2 - (top + height / 2) * scale];
}

/** As an image, which is painted with what lies beside it; another canvas would be put over the large one each frame. */
function paint(box: HTMLElement, nodes: Float32Array, world: Rectangle): void {
  const [scale] = scaleOf(world);
  const middle = { x: world[0] + world[2] / 2, y: world[1] + world[3] / 2, scale };
  const picture = new FarPicture(middle, size.width, size.height, Math.min(2, devicePixelRatio));
  const colour = pixelOf(coloursOf().skip);
  for (let at = 0; at < nodes.length; at += 4)
    picture.mark(nodes[at]!, nodes[at + 1]!, nodes[at + 2]!, nodes[at + 3]!, colour);
  box.style.backgroundImage = `url(${picture.on().toDataURL()})`;
}
