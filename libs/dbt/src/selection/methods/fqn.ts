import type { Criterion } from '../spec.ts';
import { shellPattern, type Matcher } from '../pattern.ts';
import { mark, type Method } from './context.ts';

const NON_SOURCES = [
  'nodes',
  'exposures',
  'metrics',
  'unit_tests',
  'semantic_models',
  'saved_queries',
  'functions',
] as const;

/** A qualified name, taken apart once for all the nodes that it is held against. */
interface Name {
  readonly text: string;
  /** What stands before the first part with a wildcard, with the dot behind it; all of the text, without one. */
  readonly literal: string;
  /** From the first part with a wildcard on, everything is one pattern; undefined when there is none. */
  readonly rest: Matcher | undefined;
  /** How many parts there are: a path with fewer never fits. */
  readonly parts: number;
  /** The last two parts, joined: how a versioned model may be called. */
  readonly versionedTail: string;
}

function nameOf(text: string): Name {
  const parts = text.split('.');
  const wildcardAt = parts.findIndex((part) => /[*?[\]]/.test(part));
  const literal =
    wildcardAt < 0
      ? text
      : parts
          .slice(0, wildcardAt)
          .map((part) => `${part}.`)
          .join('');
  const rest = wildcardAt < 0 ? undefined : shellPattern(parts.slice(wildcardAt).join('.'));
  return { text, literal, rest, parts: parts.length, versionedTail: parts.slice(-2).join('_') };
}

/** `fqn:` and the bare name: a leaf, a dotted path from the package or below it, or a pattern over either. */
export const fqn: Method = (context, { value }: Criterion) => {
  const name = nameOf(String(value));
  // a pattern without dots also fits the leaf alone, however deep it stands
  const fitsLeaf = name.parts === 1 ? name.rest : undefined;
  const { names, below, leaves, versionedTails } = context.project.columns;
  return mark(context, NON_SOURCES, (_node, _id, i) => {
    const leaf = leaves[i]!;
    if (leaf === name.text || fitsLeaf?.(leaf)) return true;
    if (versionedTails[i] !== '' && versionedTails[i] === name.versionedTail) return true;
    return isCalled(names[i]!, 0, name) || isCalled(names[i]!, below[i]!, name);
  });
};

/** Whether a path, read from a place on, begins with the name, or fits it as a pattern to the end. */
function isCalled(path: string, from: number, { literal, rest, parts }: Name): boolean {
  if (!path.startsWith(literal, from)) return false;
  const end = from + literal.length;
  if (!rest) return end === path.length || path[end] === '.';
  return rest(path.slice(end)) && (parts === 1 || dots(path, from) >= parts - 1);
}

function dots(path: string, from: number): number {
  let count = 0;
  for (let at = path.indexOf('.', from); at >= 0; at = path.indexOf('.', at + 1)) count++;
  return count;
}
