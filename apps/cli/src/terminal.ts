import { createInterface } from 'node:readline/promises';
import picocolors from 'picocolors';

type Colors = ReturnType<typeof picocolors.createColors>;

/** Progress that took less than this is not worth a line, in ms. */
const progressAfterMs = 1000;

/** What a command writes to and asks. Results go to standard output, everything about them to standard error. */
export class Terminal {
  readonly colors: Colors;
  /** Somebody is there to answer a question. */
  readonly isInteractive: boolean;
  private pending: NodeJS.Timeout | undefined;
  private line: string | undefined;
  private isShown = false;

  constructor(
    private readonly input: NodeJS.ReadStream,
    private readonly output: NodeJS.WriteStream,
    private readonly errors: NodeJS.WriteStream,
    wantsColors: boolean,
  ) {
    this.colors = picocolors.createColors(wantsColors && output.isTTY === true);
    this.isInteractive = input.isTTY === true && output.isTTY === true;
    for (const stream of [output, errors]) stream.on('error', endQuietly);
  }

  print(text: string): void {
    this.hide();
    this.output.write(`${text}\n`);
    this.show();
  }

  /** Bytes as they are, for redirection. */
  write(bytes: Uint8Array): Promise<void> {
    this.endProgress();
    return new Promise((resolve) => (this.output.write(bytes) ? resolve() : this.output.once('drain', resolve)));
  }

  complain(text: string): void {
    this.hide();
    this.errors.write(`${text}\n`);
    this.show();
  }

  /** One line that says what is going on; only on a terminal, and only when it takes a while. */
  progress(text: string): void {
    if (this.errors.isTTY !== true) return;
    this.line = text;
    if (this.isShown) this.show();
    else
      this.pending ??= setTimeout(() => {
        this.isShown = true;
        this.show();
      }, progressAfterMs);
  }

  endProgress(): void {
    clearTimeout(this.pending);
    this.hide();
    this.pending = undefined;
    this.line = undefined;
    this.isShown = false;
  }

  async confirm(question: string): Promise<boolean> {
    this.endProgress();
    const asking = createInterface({ input: this.input, output: this.errors });
    try {
      return /^y(es)?$/i.test((await asking.question(`${question} [y/N] `)).trim());
    } finally {
      asking.close();
    }
  }

  private show(): void {
    if (this.isShown && this.line) this.errors.write(`\r\x1b[2K${this.line.slice(0, (this.errors.columns || 80) - 1)}`);
  }

  private hide(): void {
    if (this.isShown) this.errors.write('\r\x1b[2K');
  }
}

/** The reader went away (`| head`): nobody is left to tell. */
function endQuietly(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit();
  throw error;
}
