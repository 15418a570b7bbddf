/** Why a file was refused. `path` is a JSON path into the file, `$` for the file as a whole. */
export interface Refusal {
  readonly code: RefusalCode;
  readonly path: string;
  readonly message: string;
  readonly file: string;
}

export type RefusalCode =
  | 'empty_file'
  | 'not_utf8'
  | 'broken_text'
  | 'not_json'
  | 'not_an_artifact'
  | 'wrong_shape'
  | 'too_large'
  | 'too_deep'
  | 'too_many_members'
  | 'forbidden_key'
  | 'number_out_of_range';

/** Something odd that was taken anyway. */
export interface ArtifactWarning {
  readonly code: string;
  readonly path: string;
  readonly message: string;
}

/** Thrown inside the reader only; `readArtifact` turns it into a value at its door. */
export class RefusedError extends Error {
  constructor(
    readonly code: RefusalCode,
    readonly path: string,
    message: string,
  ) {
    super(message);
  }
}

const plain = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** JSON path of a member: `$.nodes["model.a.b"]`. Keys are cut, so that a hostile one cannot flood a log. */
export function at(path: string, key: string | number): string {
  if (typeof key === 'number') return `${path}[${key}]`;
  const shown = key.length > 400 ? `${key.slice(0, 400)}…` : key;
  return plain.test(shown) ? `${path}.${shown}` : `${path}[${JSON.stringify(shown)}]`;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The word a message uses for what stood there instead. */
export function kindOf(value: unknown): string {
  return value === null
    ? 'null'
    : Array.isArray(value)
      ? 'a list'
      : typeof value === 'object'
        ? 'an object'
        : `a ${typeof value}`;
}
