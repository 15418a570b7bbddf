import { isRecord, isTruthy, type JsonValue } from '../state/json.ts';
import { bareFailure, runtimeFailure } from './failure.ts';
import { INDIRECT_SELECTIONS, METHODS, type Criterion, type IndirectSelection, type MethodName } from './spec.ts';

/** What a parser must know besides the text. */
export interface Dialect {
  readonly semantics: '1.11' | '1.12';
  /** The command's `--indirect-selection`, for every criterion that does not say its own. */
  readonly indirectSelection: IndirectSelection;
}

// `\w` and `\d` are Unicode in dbt's own pattern; the value is the shortest that lets the rest match.
const WORD =
  /^(?<at>@)?(?:(?<up>\p{Nd}*)(?<plus>\+))?(?:(?<method>[\p{L}\p{N}_.]+):)?(?<value>[^\n]*?)(?<children>\+(?<down>\p{Nd}*))?$/u;

/** Parses one word of `--select`: `@`, `2+`, `method.arguments:value`, `+3`. */
export function parseWord(raw: string, dialect: Dialect): Criterion {
  const found = WORD.exec(raw)?.groups;
  if (!found) throw runtimeFailure(`Invalid selector spec "${raw}"`, { raw });
  const { at, up, plus, method, value = '', children, down } = found;
  return criterion(
    raw,
    {
      ...(method !== undefined && { method }),
      value,
      childrens_parents: at !== undefined,
      parents: plus !== undefined,
      parents_depth: up ?? null,
      children: children !== undefined,
      children_depth: down ?? null,
    },
    dialect,
  );
}

/** Builds a criterion from the keys of a selectors.yml definition, which `parseWord` produces as well. */
export function criterion(raw: JsonValue, fields: Readonly<Record<string, JsonValue>>, dialect: Dialect): Criterion {
  if (!('value' in fields)) throw runtimeFailure(`Invalid node spec "${pythonText(raw)}" - no search value!`);
  const value = fields['value'] ?? null;
  const { method, methodArguments } = parseMethod(fields['method'], value, raw, dialect);
  const parentsDepth = depth(fields['parents_depth'], raw);
  const childrenDepth = depth(fields['children_depth'], raw);
  const indirectSelection = indirect(fields['indirect_selection'], dialect);
  const [isUp, isDown] = [isTruthy(fields['parents']), isTruthy(fields['children'])];
  const childrensParents = isTruthy(fields['childrens_parents']);
  if (isDown && childrensParents) {
    const message = `Invalid node spec ${pythonText(raw)} - "@" prefix and "+" suffix are incompatible`;
    const hint = 'use either "@" in front, or "+" behind';
    throw runtimeFailure(message, { ...(typeof raw === 'string' && { raw }), hint });
  }
  const [parents, children] = [isUp ? parentsDepth : 0, isDown ? childrenDepth : 0];
  return {
    op: 'criterion',
    raw,
    method,
    methodArguments,
    value,
    childrensParents,
    parents,
    children,
    indirectSelection,
  };
}

function parseMethod(method: JsonValue | undefined, value: JsonValue, raw: JsonValue, dialect: Dialect) {
  if (method === undefined || method === null) {
    return { method: defaultMethod(String(value)), methodArguments: [] };
  }
  const [name = '', ...methodArguments] = String(method).split('.');
  const known: readonly string[] = METHODS;
  if (!known.includes(name) || (name === 'selector' && dialect.semantics === '1.11')) {
    throw runtimeFailure(`'${name}' is not a valid method name`, {
      class: 'InvalidSelectorError',
      ...(typeof raw === 'string' && { raw }),
      hint: methodHint(name, dialect),
    });
  }
  return { method: name as MethodName, methodArguments };
}

function defaultMethod(value: string): MethodName {
  if (value.includes('/')) return 'path';
  return /\.(sql|py|csv)$/i.test(value) ? 'file' : 'fqn';
}

function depth(value: JsonValue | undefined, raw: JsonValue): number {
  // an absent, empty or zero number in YAML is no limit; on the command line "0" is a string, and means 0
  if (!isTruthy(value)) return Infinity;
  const count = typeof value === 'string' ? Number(asciiDigits(value.trim())) : Math.trunc(Number(value));
  if (Number.isInteger(count)) return count;
  throw runtimeFailure(`Invalid node spec - could not handle parent depth ${pythonText(value ?? null)}`, {
    ...(typeof raw === 'string' && { raw }),
  });
}

/** Digits of any script to their values: dbt's `int()` takes them all. */
function asciiDigits(text: string): string {
  return text.replace(/\p{Nd}/gu, (digit) => {
    let zero = digit.codePointAt(0)!;
    while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1)) && digit.codePointAt(0)! - zero < 9) zero--;
    return String(digit.codePointAt(0)! - zero);
  });
}

function indirect(value: JsonValue | undefined, dialect: Dialect): IndirectSelection {
  if (value === undefined) return dialect.indirectSelection;
  const found = INDIRECT_SELECTIONS.find((name) => name === value);
  if (!found) throw bareFailure('ValueError', `${pythonRepr(value)} is not a valid IndirectSelection`);
  return found;
}

function methodHint(name: string, dialect: Dialect): string {
  if (name === 'selector') return 'selector: inside --select needs dbt 1.12; use --selector, or method: selector';
  const near = METHODS.filter(
    (method) => distance(method, name) <= 2 && (method !== 'selector' || dialect.semantics !== '1.11'),
  );
  return near.length > 0 ? `did you mean ${near.join(' or ')}?` : `the methods are ${METHODS.join(', ')}`;
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length]!;
}

/** A value as Python's `str()` prints it; dbt quotes expressions in its messages that way. */
export function pythonText(value: JsonValue): string {
  return typeof value === 'string' ? value : pythonRepr(value);
}

/** A value as Python's `repr()` prints it. */
export function pythonRepr(value: JsonValue): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') {
    const quote = value.includes("'") && !value.includes('"') ? '"' : "'";
    return quote + value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll(quote, `\\${quote}`) + quote;
  }
  if (!isRecord(value)) return `[${(value as readonly JsonValue[]).map(pythonRepr).join(', ')}]`;
  return `{${Object.entries(value)
    .map(([key, item]) => `${pythonRepr(key)}: ${pythonRepr(item)}`)
    .join(', ')}}`;
}
