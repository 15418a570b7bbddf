import { ContractError, type Problem } from '@headgate/contracts';

/** Every expected way to fail, with its HTTP status. A bug is not here: it throws and becomes `internal`. */
export const failures = {
  'config.missing': 500,
  'config.invalid': 500,
  'contract.invalid': 400,
  'contract.unknown-major': 400,
  'artifact.refused': 422,
  'blob.mismatch': 422,
  'blob.missing': 404,
  'cursor.invalid': 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  'method.refused': 405,
  conflict: 409,
  'precondition.missing': 409,
  'limit.exceeded': 413,
  unavailable: 503,
  timeout: 504,
  internal: 500,
} as const;

export type FailureCode = keyof typeof failures;

/** The one error class: what was wrong, where, and what to do. Becomes problem+json at the border. */
export class Failure extends Error {
  readonly detail: string;
  readonly where: string | undefined;
  readonly hint: string | undefined;

  constructor(
    readonly code: FailureCode,
    about: { detail: string; where?: string | undefined; hint?: string | undefined },
  ) {
    super(about.detail);
    this.name = 'Failure';
    this.detail = about.detail;
    this.where = about.where;
    this.hint = about.hint;
  }
}

/** Any thrown thing as a problem; what is not expected says nothing of its inside. */
export function problemOf(error: unknown, requestId?: string): Problem {
  const known = asFailure(error);
  const code = known?.code ?? 'internal';
  return {
    type: `urn:headgate:problem:${code}`,
    title: code,
    status: failures[code],
    code,
    detail: known?.detail ?? 'Something broke inside; the log has it under this request id.',
    ...(known?.where && { where: known.where }),
    ...(known?.hint && { hint: known.hint }),
    ...(requestId && { requestId }),
  };
}

/** A problem that came over the bus, as the Failure it was. */
export function failureOf(problem: Problem): Failure {
  const code = problem.code in failures ? (problem.code as FailureCode) : 'internal';
  return new Failure(code, { detail: problem.detail ?? problem.title, where: problem.where, hint: problem.hint });
}

function asFailure(error: unknown): Failure | undefined {
  if (error instanceof Failure) return error;
  if (!(error instanceof ContractError)) return undefined;
  return new Failure(error.code, { detail: error.reason, where: error.path || undefined });
}
