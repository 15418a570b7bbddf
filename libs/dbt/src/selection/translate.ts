import { stringify } from 'yaml';
import type { JsonValue } from '../state/json.ts';
import { addresses, type Address, type Refusal } from './address.ts';
import { indexProject, type Project } from './project.ts';
import type { Manifest } from '../manifest.ts';

/** How a translated selection should resolve what it does not select. */
export interface Deferral {
  /** A folder that holds the other environment's manifest.json. */
  readonly state: string;
  /** Take the other environment's relation even where one exists here. */
  readonly favorState: boolean;
}

export interface TranslationOptions {
  readonly defer?: Deferral;
  /** The longest `--select` to put on a command line, in characters; beyond it an overlay is used. */
  readonly longest?: number;
}

/** A set of nodes in dbt's own words: the arguments after the command, and the file they need, if they need one. */
export interface Translation {
  readonly args: readonly string[];
  /** Becomes the project's selectors.yml in the overlay; absent when the arguments say it all. */
  readonly selectorsFile?: string;
}

export type TranslationResult = { readonly translation: Translation } | { readonly refused: readonly Refusal[] };

/** The name of the one selector in an overlay. */
export const OVERLAY_SELECTOR = 'headgate_selection';

const LONGEST = 8_000;
/** Matches no node, warns, and succeeds; an absent `--select` would select everything. */
const NOTHING = 'fqn:';

/**
 * Translates a set of unique ids into arguments with which real dbt selects exactly that set: qualified names, refined
 * where a name alone would catch more, and no tests taken along. The whole project is passed over once, whatever the
 * size of the set. An id that the manifest does not have, or that no expression can single out, is refused by name.
 */
export function translate(
  source: Manifest | Project,
  ids: Iterable<string>,
  options: TranslationOptions = {},
): TranslationResult {
  const project = 'numbers' in source ? (source as Project) : indexProject(source as Manifest);
  const { found, refused } = addresses(project, ids);
  if (refused.length > 0) return { refused };
  const words = found.map(wordOf);
  const length = words.reduce((sum, word) => sum + (word?.length ?? 0) + 1, 0);
  const suffix = ['--indirect-selection', 'empty', ...deferral(options.defer)];
  if (words.length === 0) return { translation: { args: ['--select', NOTHING, ...suffix] } };
  if (!words.includes(undefined) && length <= (options.longest ?? LONGEST)) {
    return { translation: { args: ['--select', ...(words as string[]), ...suffix] } };
  }
  return { translation: { args: ['--selector', OVERLAY_SELECTOR, ...suffix], selectorsFile: overlay(found) } };
}

function deferral(defer: Deferral | undefined): readonly string[] {
  if (!defer) return [];
  return ['--defer', '--state', defer.state, ...(defer.favorState ? ['--favor-state'] : [])];
}

/** The address as one word of a command line; undefined when only a file can say it. */
function wordOf(address: Address): string | undefined {
  if (address.exclude.length > 0) return undefined;
  const words = address.all.map(({ method, value, children }) => {
    // a blank or a comma would cut the word, a closing plus would walk the graph
    const isPlain = !/[\s,]/.test(value) && !/\+\p{Nd}*$/u.test(value) && children === undefined;
    return isPlain ? `${method}:${value}` : undefined;
  });
  return words.includes(undefined) ? undefined : words.join(',');
}

function overlay(found: readonly Address[]): string {
  const union = found.map(definitionOf);
  const selectors = [{ name: OVERLAY_SELECTOR, definition: union.length === 1 ? union[0] : { union } }];
  // JSON escapes would do for a YAML reader too, but for characters beyond the basic plane
  return stringify({ selectors }, { version: '1.1', defaultStringType: 'QUOTE_DOUBLE', lineWidth: 0 });
}

function definitionOf({ all, exclude }: Address): JsonValue {
  const parts: JsonValue[] = all.map((criterion) => ({ ...criterion, indirect_selection: 'empty' }) as JsonValue);
  const excluded = exclude.map((criterion) => ({ ...criterion, indirect_selection: 'empty' }) as JsonValue);
  if (parts.length === 1 && excluded.length === 0) return parts[0]!;
  return { intersection: excluded.length > 0 ? [...parts, { exclude: excluded }] : parts };
}
