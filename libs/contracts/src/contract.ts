import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { schemas } from './generated/schemas.ts';

/** A value that does not keep its contract: what, where (JSON path) and which contract. */
export class ContractError extends Error {
  constructor(
    readonly contract: string,
    readonly path: string,
    readonly reason: string,
    readonly code: 'contract.invalid' | 'contract.unknown-major' = 'contract.invalid',
  ) {
    super(`${contract}${path || ' '}: ${reason}`);
    this.name = 'ContractError';
  }
}

/** A JSON Schema with the type it describes. */
export interface Contract<T> {
  readonly name: string;
  /** Gives the value back, typed; throws ContractError. Fills in defaults in place. */
  readonly parse: (value: unknown) => T;
}

// Not allErrors: a hostile document must not buy one error object per bad node.
const ajv = new Ajv2020({ useDefaults: true, allowUnionTypes: true, strict: false });
addFormats.default(ajv);
ajv.addSchema({ $id: 'headgate', $defs: schemas });

/** Validators are compiled at first use: a process pays only for the contracts it meets. */
export function contract<T>(name: string, major = 1): Contract<T> {
  let valid: ValidateFunction<T> | undefined;
  return {
    name,
    parse(value) {
      refuseOtherMajor(name, value, major);
      valid ??= ajv.compile<T>({ $ref: `headgate#/$defs/${name}` });
      if (valid(value)) return value;
      throw explain(name, valid.errors?.[0]);
    },
  };
}

/** The JSON Schema of a contract; its references are names of other contracts. */
export const contractSchema = (name: string): object => schemas[name] ?? {};

function refuseOtherMajor(name: string, value: unknown, major: number): void {
  const version = (value as { schemaVersion?: unknown } | null)?.schemaVersion;
  if (typeof version !== 'string' || version.startsWith(`${major}.`)) return;
  const reason = `schemaVersion ${version} is not one this release reads (it reads ${major}.x)`;
  throw new ContractError(name, '/schemaVersion', reason, 'contract.unknown-major');
}

function explain(name: string, error?: ErrorObject): ContractError {
  if (!error) return new ContractError(name, '', 'is not valid');
  const { params } = error as { params: { additionalProperty?: string; allowedValues?: unknown[] } };
  const detail = params.additionalProperty ?? params.allowedValues?.join(', ');
  return new ContractError(
    name,
    error.instancePath,
    `${error.message ?? error.keyword}${detail ? ` (${detail})` : ''}`,
  );
}
