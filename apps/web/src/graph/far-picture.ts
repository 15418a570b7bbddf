/** Where the eye is: the world point in the middle, and pixels per world unit. */
export interface View {
  x: number;
  y: number;
  scale: number;
}

/** The least that a line adds to what it crosses, of 255; many lines over each other are told from few. */
const thin = 70;
const densest = 190;

/**
 * A picture of what is seen from far, written pixel by pixel: there 50,000 marks cost what the memory they fill costs,
 * while as paths each of them would be cut out and smoothed. It moves with the eye until the scale changes.
 */
export class FarPicture {
  private readonly pixels: Uint32Array;
  private readonly image: ImageData;
  private readonly wide: number;
  private readonly tall: number;
  private readonly factor: number;

  /** @param width @param height CSS pixels @param ratio device pixels per CSS pixel */
  constructor(
    readonly view: View,
    readonly width: number,
    readonly height: number,
    ratio: number,
  ) {
    this.wide = Math.max(1, Math.ceil(width * ratio));
    this.tall = Math.max(1, Math.ceil(height * ratio));
    this.factor = view.scale * ratio;
    this.image = new ImageData(this.wide, this.tall);
    this.pixels = new Uint32Array(this.image.data.buffer);
  }

  /** A filled rectangle of the world, never thinner than a pixel and a half, or the whole would be seen through. */
  mark(x: number, y: number, width: number, height: number, colour: number): void {
    const { wide, tall, pixels } = this;
    const [left, top] = [Math.round(this.column(x)), Math.round(this.row(y))];
    const right = Math.min(wide, left + Math.max(2, Math.round(width * this.factor)));
    const bottom = Math.min(tall, top + Math.max(1, Math.round(height * this.factor)));
    for (let line = Math.max(0, top); line < bottom; line += 1)
      pixels.fill(colour, line * wide + Math.max(0, left), line * wide + Math.max(0, right));
  }

  /** A line between two points of the world; lines of one colour grow denser where they meet. */
  line(x1: number, y1: number, x2: number, y2: number, colour: number): void {
    const fromX = this.column(x1);
    const fromY = this.row(y1);
    const toX = this.column(x2);
    const toY = this.row(y2);
    // One step a pixel along the longer side, two pixels across, as much as each is covered.
    if (Math.abs(toX - fromX) >= Math.abs(toY - fromY))
      this.steps(fromX, fromY, toX, toY, this.wide, this.tall, 1, this.wide, colour);
    else this.steps(fromY, fromX, toY, toX, this.tall, this.wide, this.wide, 1, colour);
  }

  /** `a` runs along the line, `b` across it; strides are how far a step in either is in the list of pixels. */
  private steps(
    a1: number,
    b1: number,
    a2: number,
    b2: number,
    mostA: number,
    mostB: number,
    strideA: number,
    strideB: number,
    colour: number,
  ): void {
    const { pixels } = this;
    const slope = a2 === a1 ? 0 : (b2 - b1) / (a2 - a1);
    const end = Math.min(mostA, Math.ceil(Math.max(a1, a2)));
    const tint = colour & 0xffffff;
    for (let a = Math.max(0, Math.floor(Math.min(a1, a2))); a < end; a += 1) {
      const b = b1 + (a - a1) * slope;
      const floor = Math.floor(b);
      if (floor < 0 || floor + 1 >= mostB) continue;
      const at = a * strideA + floor * strideB;
      const second = (b - floor) * thin;
      const near = Math.min(densest, (pixels[at]! >>> 24) + thin - second);
      const far = Math.min(densest, (pixels[at + strideB]! >>> 24) + second);
      pixels[at] = (near << 24) | tint;
      pixels[at + strideB] = (far << 24) | tint;
    }
  }

  /** The picture on a canvas, the given one where there is one. */
  on(canvas = document.createElement('canvas')): HTMLCanvasElement {
    if (canvas.width !== this.wide || canvas.height !== this.tall)
      [canvas.width, canvas.height] = [this.wide, this.tall];
    canvas.getContext('2d')!.putImageData(this.image, 0, 0);
    return canvas;
  }

  private column(x: number): number {
    return (x - this.view.x) * this.factor + this.wide / 2;
  }
  private row(y: number): number {
    return (y - this.view.y) * this.factor + this.tall / 2;
  }
}

/** `rgb(0, 122, 161)`, as a browser computes it, as the number of an opaque pixel. */
export function pixelOf(colour: string): number {
  const [red = 0, green = 0, blue = 0] = (colour.match(/[\d.]+/g) ?? []).map(Number);
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}
