import { request as httpRequest } from 'node:http';

export interface Told {
  event: string;
  id?: string;
  data: Record<string, string>;
  /** Milliseconds since 1970. */
  heardAt: number;
}

/** An event stream as a page reads it. */
export class EventTab {
  readonly told: Told[] = [];
  private readonly waiting = new Set<() => void>();
  private readonly outgoing;
  status = 0;
  isClosed = false;

  constructor(base: string, headers: Record<string, string>, path = '/events') {
    this.outgoing = httpRequest(`${base}${path}`, { headers }, (response) => {
      this.status = response.statusCode!;
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        const frames = text.split('\n\n');
        text = frames.pop()!;
        this.told.push(...frames.flatMap(read));
        this.wake();
      });
      response.on('close', () => {
        this.isClosed = true;
        this.wake();
      });
      this.wake();
    }).on('error', () => undefined);
    this.outgoing.end();
  }

  /** Waits for what is told next, for as long as it takes. */
  async until(holds: (tab: this) => boolean): Promise<this> {
    while (!holds(this)) await new Promise<void>((resolve) => this.waiting.add(resolve));
    return this;
  }

  /** Leaves without a word, and answers where to go on. */
  cut(): string {
    this.outgoing.destroy();
    return this.told.findLast(({ id }) => id)!.id!;
  }

  facts(type?: string): Record<string, string>[] {
    const facts = this.told.filter(({ event }) => event === 'fact').map(({ data }) => data);
    return type ? facts.filter((fact) => fact['type'] === type) : facts;
  }

  private wake(): void {
    for (const resolve of this.waiting) resolve();
    this.waiting.clear();
  }
}

function read(frame: string): Told[] {
  const fields = Object.fromEntries(
    frame.split('\n').map((line) => [line.split(': ', 1)[0], line.slice(line.indexOf(': ') + 2)]),
  );
  if (!fields['event']) return [];
  return [
    {
      heardAt: Date.now(),
      event: fields['event'],
      data: JSON.parse(fields['data']!),
      ...(fields['id'] && { id: fields['id'] }),
    },
  ];
}
