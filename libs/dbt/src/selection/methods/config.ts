import { isRecord, json, sameValue, type JsonValue } from '../../state/json.ts';
import { pythonText } from '../criterion.ts';
import { NODE_SECTIONS } from '../../state/kinds.ts';
import type { Project } from '../project.ts';
import type { Method } from './context.ts';

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
  const matches = (found: JsonValue | undefined) => {
    if (found === undefined) return false;
    if (Array.isArray(found)) return (found as readonly JsonValue[]).some((item) => equals(item) || isTold(item));
    return equals(found) || (spelled === 'TRUE' && found === true) || (spelled === 'FALSE' && found === false);
  };
  const { values, codes } = settingOf(context.project, methodArguments);
  const isMatch = Uint8Array.from(values, (found) => Number(matches(found)));
  return Uint8Array.from(codes, (code) => isMatch[code]!);
};

/** One setting over all nodes: what it is on node i is `values[codes[i]]`. */
interface Setting {
  readonly values: readonly (JsonValue | undefined)[];
  readonly codes: Uint32Array;
}

/** Reaching into every node costs far more than the comparison, and whoever types asks for the same setting again. */
const settings = new WeakMap<Project, Map<string, Setting>>();
const settingsKept = 16;

function settingOf(project: Project, keys: readonly string[]): Setting {
  const kept = settings.get(project) ?? new Map<string, Setting>();
  settings.set(project, kept);
  const name = JSON.stringify(keys);
  const setting = kept.get(name) ?? read(project, keys);
  kept.delete(name);
  kept.set(name, setting);
  if (kept.size > settingsKept) kept.delete(kept.keys().next().value!);
  return setting;
}

function read(project: Project, keys: readonly string[]): Setting {
  const values: (JsonValue | undefined)[] = [undefined];
  const known = new Map<JsonValue | undefined, number>([[undefined, 0]]);
  const hasConfig = NODE_SECTIONS.map((section) => section === 'nodes' || section === 'sources');
  const codes = Uint32Array.from(project.nodes, (node, i) => {
    if (!hasConfig[project.sections[i]!]) return 0;
    const found = descend(json(node.config), keys);
    const code = known.get(found) ?? values.push(found) - 1;
    known.set(found, code);
    return code;
  });
  return { values, codes };
}

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
