/** Exit codes: 1 the answer is no, 2 bad input, 3 nobody can tell, 64 usage. */
export type Exit = 1 | 2 | 3 | 64;

/** An expected end of a command: what is wrong, where, and what to do about it. */
export class Stop extends Error {
  readonly where: string | undefined;
  readonly hint: string | undefined;
  readonly requestId: string | undefined;
  /** The code of the problem that the server answered. */
  readonly code: string | undefined;
  /** Nobody was there to answer, or not able to: asking again may help. */
  readonly isPassing: boolean;

  constructor(
    readonly exit: Exit,
    message: string,
    more: { where?: string; hint?: string; requestId?: string; code?: string; isPassing?: boolean } = {},
  ) {
    super(message);
    this.name = 'Stop';
    ({ where: this.where, hint: this.hint, requestId: this.requestId, code: this.code } = more);
    this.isPassing = more.isPassing ?? false;
  }

  /** The lines to print. */
  get lines(): readonly string[] {
    return [
      `error: ${this.message}`,
      ...(this.where ? [`  where: ${this.where}`] : []),
      ...(this.hint ? [`  hint: ${this.hint}`] : []),
      ...(this.requestId ? [`  request: ${this.requestId}`] : []),
    ];
  }
}
