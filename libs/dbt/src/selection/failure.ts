/** An error as dbt itself would report it: the name of its exception class and its message. */
export interface DbtError {
  readonly class: string;
  readonly message: string;
  /** Where the trouble stands: the argument, which of its words (or which line of the file), and the characters. */
  readonly at?: ErrorPosition;
  /** What to do about it; ours, not dbt's. */
  readonly hint?: string;
}

export interface ErrorPosition {
  readonly argument: 'select' | 'exclude' | 'selector' | 'selectors.yml';
  readonly index: number;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Carries a `DbtError` from the place that finds it to the door, where it becomes a value. */
export class SelectionFailure extends Error {
  constructor(
    readonly error: DbtError,
    /** The expression that dbt was working on, from which the door finds the position. */
    readonly raw?: string,
  ) {
    super(error.message);
    this.name = 'SelectionFailure';
  }
}

function indented(head: string, message: string): string {
  return [head, ...message.split('\n')].join('\n  ');
}

/** dbt's `DbtRuntimeError` and its kin, which print as "Runtime Error" and the message, indented. */
export function runtimeFailure(message: string, extra: { class?: string; raw?: string; hint?: string } = {}) {
  const text = indented('Runtime Error', message);
  return new SelectionFailure(
    { class: extra.class ?? 'DbtRuntimeError', message: text, ...(extra.hint && { hint: extra.hint }) },
    extra.raw,
  );
}

/** dbt's `DbtInternalError`. */
export function internalFailure(message: string, hint?: string) {
  return new SelectionFailure({
    class: 'DbtInternalError',
    message: indented('Internal Error', message),
    ...(hint && { hint }),
  });
}

/** An exception that dbt does not expect either and that reaches the user bare, with Python's own class. */
export function bareFailure(pythonClass: string, message: string, raw?: string) {
  return new SelectionFailure({ class: pythonClass, message }, raw);
}

/** dbt's error about a broken contract, told about one model. */
export function contractFailure(
  node: { resource_type: string; name: string; path: string },
  breaks: readonly string[],
) {
  const head = `Breaking change to contract Error in ${node.resource_type} ${node.name} (${node.path})`;
  const message = [
    'While comparing to previous project state, dbt detected a breaking change to an enforced contract.',
    `  - ${breaks.join('\n  - ')}`,
    'Consider making an additive (non-breaking) change instead, if possible.',
    'Otherwise, create a new model version: https://docs.getdbt.com/docs/collaborate/govern/model-versions',
  ].join('\n');
  return new SelectionFailure({ class: 'ContractBreakingChangeError', message: indented(head, message) });
}
