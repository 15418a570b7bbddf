import { isRecord, json, sameValue, type JsonValue } from '../../state/json.ts';
import { pythonText } from '../criterion.ts';
import { mark, type Method } from './context.ts';

/**
 * `config.key.key:value`. The value is no pattern; on the command line it is always text, so it never equals a number,
 * and `true` and `false` are told from text by their spelling alone, whatever the case.
 */
export const config: Method = (context, { methodArguments, value }) => {
  const isSeverity = methodArguments.length === 1 && methodArguments[0] === 'severity';
  const spelled = pythonText(value).toUpperCase();
  const equals = (other: JsonValue) =>
    isSeverity && typeof other === 'string' ? other.toUpperCase() === spelled : sameValue(value, other);
  const isTold = (other: JsonValue) =>
    (spelled === 'TRUE' && sameValue(other, true)) || (spelled === 'FALSE' && sameValue(other, false));
  return mark(context, ['nodes', 'sources'], (node) => {
    const found = descend(json(node.config), methodArguments);
    if (found === undefined) return false;
    if (Array.isArray(found)) return (found as readonly JsonValue[]).some((item) => equals(item) || isTold(item));
    return equals(found) || (spelled === 'TRUE' && found === true) || (spelled === 'FALSE' && found === false);
  });
};

// What a mapping answers to by itself: dbt reaches for attributes first, so a key of such a name is out of its sight.
const MAPPING_ATTRIBUTES = new Set([
  'clear',
  'copy',
  'fromkeys',
  'get',
  'items',
  'keys',
  'pop',
  'popitem',
  'setdefault',
  'update',
  'values',
]);

/** Parts that dbt keeps as objects, whose keys are attributes and whose unknown keys do not exist. */
function descend(start: JsonValue, keys: readonly string[]): JsonValue | undefined {
  let here: JsonValue | undefined = start;
  for (let depth = 0; depth < keys.length; depth++) {
    const key = keys[depth]!;
    if (!isRecord(here)) return undefined;
    if (depth > 0 && MAPPING_ATTRIBUTES.has(key)) return undefined;
    // at the top a missing key is None, which equals no text; below, there is nothing to compare
    here = Object.hasOwn(here, key) ? here[key] : depth === 0 ? null : undefined;
  }
  return here;
}
