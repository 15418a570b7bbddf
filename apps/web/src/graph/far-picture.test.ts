import { expect, test } from '@jest/globals';
import { FarPicture, pixelOf } from './far-picture.ts';

// The browser's own, as far as a picture needs it.
class Image {
  readonly data: Uint8ClampedArray;
  constructor(width: number, height: number) {
    this.data = new Uint8ClampedArray(width * height * 4);
  }
}
Object.assign(globalThis, { ImageData: Image });

const size = 40;
const picture = () => new FarPicture({ x: 0, y: 0, scale: 1 }, size, size, 1);
const inkOf = (of: FarPicture) => [...(of as unknown as { pixels: Uint32Array }).pixels];
const opacity = (of: FarPicture, column: number, row: number) => inkOf(of)[row * size + column]! >>> 24;
const red = pixelOf('rgb(255, 0, 0)');

test('a mark fills its place, is never too thin to be seen, and stays within the picture', () => {
  const drawn = picture();
  drawn.mark(-5, -5, 10, 10, red);
  drawn.mark(10, 10, 0.1, 0.1, red);
  drawn.mark(-100, -100, 1000, 1, red);
  expect(inkOf(drawn).filter((pixel) => pixel === red)).toHaveLength(100 + 2);
});

test('a line covers every column it crosses, wherever it goes, and two lines are denser than one', () => {
  for (const [x, y] of [
    [15, 9],
    [9, 15],
    [-15, 9],
    [-9, -15],
    [15, 0],
    [0, -15],
  ] as const) {
    // prettier-ignore
    const drawn = picture();
    drawn.line(-x, -y, x, y, red);
    const once = opacity(drawn, size / 2, size / 2);
    drawn.line(-x, -y, x, y, red);
    expect(once).toBeGreaterThan(0);
    expect(opacity(drawn, size / 2, size / 2)).toBeGreaterThan(once);
    const columns = new Set(inkOf(drawn).flatMap((pixel, at) => (pixel === 0 ? [] : [at % size])));
    expect(columns.size).toBeGreaterThanOrEqual(2 * Math.abs(x));
    expect(
      new Set(
        inkOf(drawn)
          .filter(Boolean)
          .map((pixel) => pixel & 0xffffff),
      ),
    ).toEqual(new Set([red & 0xffffff]));
  }
});

test('what lies outside of the picture is not drawn into it', () => {
  const drawn = picture();
  drawn.line(100, -500, 100, 500, red);
  drawn.line(-500, 100, 500, 100, red);
  drawn.line(-500, -19, 500, -19, red);
  const rows = new Set(inkOf(drawn).flatMap((pixel, at) => (pixel === 0 ? [] : [Math.floor(at / size)])));
  expect([...rows]).toEqual([1, 2].filter((row) => rows.has(row)));
});
