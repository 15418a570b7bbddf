/** One line of a difference: its number before and after, what happened to it, its text. */
export interface DiffLine {
  before?: number;
  after?: number;
  sign: '+' | '-' | ' ';
  text: string;
}

/**
 * The difference of two texts by lines, shortest edit script (Myers 1986, linear in the edits). Lines far from any
 * change are left out: a gap in the numbers shows where.
 */
export function diffLines(before: string, after: string, around = 3): DiffLine[] {
  const a = before.split('\n');
  const b = after.split('\n');
  const all = walk(a, b, trace(a, b));
  const near = new Set<number>();
  all.forEach(({ sign }, index) => {
    if (sign === ' ') return;
    for (let at = index - around; at <= index + around; at += 1) near.add(at);
  });
  return all.filter((_, index) => near.has(index));
}

/** The furthest points reached after each number of edits. */
function trace(a: string[], b: string[]): Int32Array[] {
  const most = a.length + b.length;
  const reached = new Int32Array(2 * most + 2);
  const history: Int32Array[] = [];
  for (let edits = 0; edits <= most; edits += 1) {
    history.push(reached.slice());
    for (let k = -edits; k <= edits; k += 2) {
      const down = k === -edits || (k !== edits && reached[k - 1 + most]! < reached[k + 1 + most]!);
      let x = down ? reached[k + 1 + most]! : reached[k - 1 + most]! + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x += 1;
      reached[k + most] = x;
      if (x >= a.length && x - k >= b.length) return history;
    }
  }
  return history;
}

function walk(a: string[], b: string[], history: Int32Array[]): DiffLine[] {
  const most = a.length + b.length;
  const lines: DiffLine[] = [];
  let x = a.length;
  let y = b.length;
  for (let edits = history.length - 1; edits >= 0; edits -= 1) {
    const reached = history[edits]!;
    const k = x - y;
    const down = k === -edits || (k !== edits && reached[k - 1 + most]! < reached[k + 1 + most]!);
    const fromK = down ? k + 1 : k - 1;
    const fromX = edits === 0 ? 0 : reached[fromK + most]!;
    const fromY = edits === 0 ? 0 : fromX - fromK;
    while (x > fromX && y > fromY) {
      lines.push({ before: x, after: y, sign: ' ', text: a[x - 1]! });
      x -= 1;
      y -= 1;
    }
    if (edits === 0) break;
    if (down) lines.push({ after: y, sign: '+', text: b[y - 1]! });
    else lines.push({ before: x, sign: '-', text: a[x - 1]! });
    x = fromX;
    y = fromY;
  }
  return lines.reverse();
}
