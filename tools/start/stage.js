// One line a stage: name, what it found or did, seconds. On a terminal the line is alive while the stage runs.
const live = process.stdout.isTTY === true;

/** A stage that cannot go on, for a reason the user can do something about. Printed without a stack. */
export class Refusal extends Error {
  /** @param {string} what happened @param {string} [why] @param {string} [how] to go on */
  constructor(what, why, how) {
    super([what, why && `  why: ${why}`, how && `  how to go on: ${how}`].filter(Boolean).join('\n'));
    this.name = 'Refusal';
  }
}

/**
 * @template T
 * @param {string} name
 * @param {(progress: (text: string) => void) => Promise<T> | T} work calls `progress` with what it is at, last with the outcome
 * @returns {Promise<T>}
 */
export async function stage(name, work) {
  const start = performance.now();
  let text = '…';
  const line = () =>
    `  ${name.padEnd(10)} ${text.padEnd(56)} ${((performance.now() - start) / 1000).toFixed(1).padStart(5)} s`;
  const repaint = () =>
    live && process.stdout.write(`\r\x1b[2K${line().slice(0, (process.stdout.columns || 100) - 1)}`);
  // Without a terminal a long stage still shows a sign of life now and then.
  const timer = setInterval(live ? repaint : () => console.log(line()), live ? 200 : 30_000);
  try {
    repaint();
    const result = await work((now) => {
      text = now;
      repaint();
    });
    if (live) process.stdout.write('\r\x1b[2K');
    console.log(line());
    return result;
  } catch (error) {
    if (live) process.stdout.write('\r\x1b[2K');
    text = 'failed';
    console.log(line());
    throw error;
  } finally {
    clearInterval(timer);
  }
}
