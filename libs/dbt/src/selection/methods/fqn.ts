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
  return mark(context, NON_SOURCES, (node) => {
    const path = node.fqn ?? [];
    const isVersioned = node.resource_type === 'model' && (node['version'] ?? null) !== null;
    return isCalled(path, name, isVersioned) || isCalled(path.slice(1), name, isVersioned);
  });
};

function isCalled(path: readonly string[], name: Name, isVersioned: boolean): boolean {
  // of a versioned model the last part is the version, so its name is the one before
  const leaf = path.at(isVersioned ? -2 : -1);
  if (leaf === name.text) return true;
  if (isVersioned && path.slice(-2).join('_') === name.versionedTail) return true;
  const flat = path.some((part) => part.includes('.')) ? path.flatMap((part) => part.split('.')) : path;
  if (flat.length < name.parts.length) return false;
  const literals = name.wildcardAt < 0 ? name.parts.length : name.wildcardAt;
  for (let i = 0; i < literals; i++) if (flat[i] !== name.parts[i]) return false;
  if (name.wildcardAt < 0) return true;
  if (name.rest(flat.slice(name.wildcardAt).join('.'))) return true;
  // a bare pattern also fits the leaf alone, however deep it stands
  return name.parts.length === 1 && name.whole(leaf ?? '');
}
