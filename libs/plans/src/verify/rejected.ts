export type VerifyRefusal =
  | 'not_canonical'
  | 'bad_shape'
  | 'digest'
  | 'rules'
  | 'manifest'
  | 'state'
  | 'header'
  | 'entry'
  | 'entries'
  | 'inputs'
  | 'stages';

/** Thrown inside; `verifyPlan` turns it into its answer. */
export class Rejected extends Error {
  constructor(
    readonly code: VerifyRefusal,
    message: string,
    readonly entry?: string,
    readonly offset?: number,
  ) {
    super(message);
  }
}
