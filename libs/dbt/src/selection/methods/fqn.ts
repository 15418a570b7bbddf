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
  readonly parts: readonly string[];
  /** The first part with a wildcard, from which on everything is matched as one pattern; -1 when there is none. */
  readonly wildcardAt: number;
  readonly rest: Matcher;
  readonly whole: Matcher;
  /** The last two parts, joined: how a versioned model may be called. */
  readonly versionedTail: string;
}

function nameOf(text: string): Name {
  const parts = text.split('.');
  const wildcardAt = parts.findIndex((part) => /[*?[\]]/.test(part));
  const rest = shellPattern(parts.slice(Math.max(wildcardAt, 0)).join('.'));
  return { text, parts, wildcardAt, rest, whole: shellPattern(text), versionedTail: parts.slice(-2).join('_') };
}

/** `fqn:` and the bare name: a leaf, a dotted path from the package or below it, or a pattern over either. */
export const fqn: Method = (context, { value }: Criterion) => {
  const name = nameOf(String(value));
  const { fqns, leaves, versioned } = context.project.columns;
  return mark(context, NON_SOURCES, (_node, _id, i) => {
    if (isLeafCalled(leaves[i]!, name)) return true;
    const path = fqns[i]!;
    if (versioned[i] && path.slice(-2).join('_') === name.versionedTail) return true;
    return isPathCalled(path, 0, name) || isPathCalled(path, 1, name);
  });
};

/** A bare pattern also fits the leaf alone, however deep it stands. */
function isLeafCalled(leaf: string, name: Name): boolean {
  return leaf === name.text || (name.wildcardAt === 0 && name.parts.length === 1 && name.whole(leaf));
}

/** Whether a path, or the path below the package when `from` is 1, begins with the name, or fits it as a pattern. */
function isPathCalled(path: readonly string[], from: number, name: Name): boolean {
  const literals = name.wildcardAt < 0 ? name.parts.length : name.wildcardAt;
  if (literals > 0 && path[from] !== name.parts[0] && !path[from]?.includes('.')) return false;
  const below = from === 0 ? path : path.slice(from);
  const flat = below.some((part) => part.includes('.')) ? below.flatMap((part) => part.split('.')) : below;
  if (flat.length < name.parts.length) return false;
  for (let i = 0; i < literals; i++) if (flat[i] !== name.parts[i]) return false;
  return name.wildcardAt < 0 || name.rest(flat.slice(name.wildcardAt).join('.'));
}
