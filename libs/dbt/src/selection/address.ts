import { NODE_SECTIONS } from '../state/kinds.ts';
import { shellPattern } from './pattern.ts';
import type { Project } from './project.ts';

/** One criterion of an address, in the keys of selectors.yml. */
export interface AddressPart {
  readonly method: string;
  readonly value: string;
  readonly children?: true;
  readonly children_depth?: number;
}

/** What singles out a node: everything in `all`, less everything in `exclude`. */
export interface Address {
  readonly id: string;
  readonly all: readonly AddressPart[];
  readonly exclude: readonly AddressPart[];
}

export interface Refusal {
  readonly id: string;
  readonly why: string;
}

const SOURCES = NODE_SECTIONS.indexOf('sources');

/** Addresses for a set of ids, in their order, such that all of them together select the set and nothing else. */
export function addresses(project: Project, ids: Iterable<string>) {
  const found: Address[] = [];
  const refused: Refusal[] = [];
  const wanted = [...new Set(ids)];
  const set = new Set(wanted);
  const caught = caughtByName(project, wanted);
  const isWanted = (i: number) => set.has(project.ids[i]!);
  for (const id of wanted) {
    const i = project.numbers.get(id);
    const address =
      i === undefined
        ? { id, why: 'it is not among the enabled nodes of the manifest' }
        : project.sections[i] === SOURCES
          ? sourceAddress(project, i, isWanted)
          : nameAddress(project, i, caught, isWanted);
    if ('why' in address) refused.push(address);
    else found.push(address);
  }
  return { found, refused };
}

function flatName(fqn: readonly string[]): readonly string[] {
  return fqn.join('.').split('.');
}

function qualifiedName(project: Project, i: number): string {
  return (project.nodes[i]!.fqn ?? []).join('.');
}

/** What dbt compares, to the letter and before any wildcard, to find a versioned model. */
function lastTwo(path: readonly string[]): string {
  return path.slice(-2).join('_');
}

function isVersioned(project: Project, i: number): boolean {
  const node = project.nodes[i]!;
  return node.resource_type === 'model' && (node['version'] ?? null) !== null;
}

/**
 * For the plain qualified name of every wanted node: all nodes that dbt would match with it. A name also matches what
 * lies below it, what has that path inside another package, and versions of the same name anywhere.
 */
function caughtByName(project: Project, wanted: readonly string[]): ReadonlyMap<string, ReadonlySet<number>> {
  const caught = new Map<string, Set<number>>();
  const byTail = new Map<string, string[]>();
  for (const id of wanted) {
    const i = project.numbers.get(id);
    if (i === undefined || project.sections[i] === SOURCES) continue;
    const name = qualifiedName(project, i);
    if (caught.has(name)) continue;
    caught.set(name, new Set());
    const tail = lastTwo(name.split('.'));
    byTail.set(tail, [...(byTail.get(tail) ?? []), name]);
  }
  for (let i = 0; i < project.size; i++) {
    if (project.sections[i] === SOURCES) continue;
    const fqn = project.nodes[i]!.fqn ?? [];
    for (const path of [fqn, fqn.slice(1)]) {
      for (const prefix of prefixes(flatName(path))) caught.get(prefix)?.add(i);
      caught.get(path.at(-1) ?? '')?.add(i);
      if (!isVersioned(project, i)) continue;
      caught.get(path.at(-2) ?? '')?.add(i);
      for (const name of byTail.get(lastTwo(path)) ?? []) caught.get(name)!.add(i);
    }
  }
  return caught;
}

function* prefixes(parts: readonly string[]): Iterable<string> {
  let prefix = '';
  for (const part of parts) {
    prefix = prefix === '' ? part : `${prefix}.${part}`;
    yield prefix;
  }
}

function nameAddress(
  project: Project,
  i: number,
  caught: ReadonlyMap<string, ReadonlySet<number>>,
  isWanted: (i: number) => boolean,
): Address | Refusal {
  const id = project.ids[i]!;
  const name = qualifiedName(project, i);
  if (/\{[{%#]/.test(name)) return { id, why: `its name, ${name}, would be taken for a template` };
  const isPattern = /[*?[\]]/.test(name);
  if (!isPattern && [...(caught.get(name) ?? [])].every(isWanted)) {
    return { id, all: [{ method: 'fqn', value: name }], exclude: [] };
  }
  return refine(project, i, exactName(name), isWanted);
}

/**
 * A pattern that only this very name fits: with a wildcard in it, dbt matches a name to its end. The wildcard has to
 * stand in the last two parts, because a versioned model is also called by those alone.
 */
function exactName(name: string): string {
  const at = name.lastIndexOf('.', name.lastIndexOf('.') - 1) + 1;
  const [head, tail] = [escapePattern(name.slice(0, at)), escapePattern(name.slice(at))];
  if (tail.includes('[')) return head + tail;
  // any character will do but a separator, and a `!`, which would negate
  const word = tail.search(/[\p{L}\p{N}_][^\p{L}\p{N}_]*$/u);
  const index = word >= 0 ? word : tail.search(/[^.!]/u);
  if (index < 0) return head + tail;
  const [char = ''] = tail.slice(index);
  return `${head}${tail.slice(0, index)}[${char}]${tail.slice(index + char.length)}`;
}

/** Adds one criterion after the other until nothing unwanted is left. */
function refine(project: Project, i: number, exact: string, isWanted: (i: number) => boolean): Address | Refusal {
  const node = project.nodes[i]!;
  const id = project.ids[i]!;
  const isExact = shellPattern(exact);
  let others: number[] = [];
  for (let j = 0; j < project.size; j++) {
    if (j === i || project.sections[j] === SOURCES || isWanted(j)) continue;
    const fqn = project.nodes[j]!.fqn ?? [];
    const isCalledSo = isVersioned(project, j) && lastTwo(fqn) === lastTwo(exact.split('.'));
    if (isCalledSo || isExact(fqn.join('.')) || isExact(fqn.slice(1).join('.'))) others.push(j);
  }
  const all: AddressPart[] = [{ method: 'fqn', value: exact }];
  const add = (part: AddressPart, keeps: (j: number) => boolean) => {
    const left = others.filter(keeps);
    if (left.length === others.length) return;
    all.push(part);
    others = left;
  };
  add({ method: 'resource_type', value: node.resource_type }, (j) => {
    return project.nodes[j]!.resource_type === node.resource_type;
  });
  const pkg = shellPattern(escapePattern(node.package_name));
  add({ method: 'package', value: escapePattern(node.package_name) }, (j) => pkg(project.nodes[j]!.package_name));
  const file = baseName(node.original_file_path ?? '');
  if (file !== '') {
    const isFile = (j: number) => baseName(project.nodes[j]!.original_file_path ?? '') === file;
    add({ method: 'file', value: escapePattern(file) }, isFile);
  }
  const exclude = others.length > 0 ? byParents(project, i, others, all) : [];
  if (exclude === undefined)
    return { id, why: `nothing tells it from ${others.map((j) => project.ids[j]).join(', ')}` };
  return { id, all, exclude };
}

/** Twins in name and file still differ in what they depend on. */
function byParents(project: Project, i: number, others: readonly number[], all: AddressPart[]) {
  const mine = parentsOf(project, i);
  const isTold = (j: number) => mine.some((p) => !parentsOf(project, j).includes(p));
  for (const parent of mine.filter((p) => others.some((j) => !parentsOf(project, j).includes(p)))) {
    const part = childrenOf(project, parent);
    if (part) all.push(part);
  }
  const exclude: AddressPart[] = [];
  for (const j of others.filter((other) => !isTold(other))) {
    const theirs = parentsOf(project, j).find((p) => !mine.includes(p));
    const part = theirs === undefined ? undefined : childrenOf(project, theirs);
    if (!part) return undefined;
    exclude.push(part);
  }
  return exclude;
}

function parentsOf(project: Project, i: number): readonly number[] {
  return Array.from(project.parents.targets.subarray(project.parents.offsets[i]!, project.parents.offsets[i + 1]!));
}

function childrenOf(project: Project, i: number): AddressPart | undefined {
  const one = addresses(project, [project.ids[i]!]).found[0];
  const part = one?.all[0];
  return part && one.all.length === 1 && one.exclude.length === 0
    ? { ...part, children: true, children_depth: 1 }
    : undefined;
}

function escapePattern(text: string): string {
  return text.replace(/[*?[]/g, '[$&]');
}

function baseName(path: string): string {
  return path.split('/').at(-1) ?? '';
}

/** A dot inside a name would be taken for a separator, and there is no escape but to allow any character there. */
function sourceAddress(project: Project, i: number, isWanted: (i: number) => boolean): Address | Refusal {
  const node = project.nodes[i]!;
  const id = project.ids[i]!;
  const names = [node.package_name, String(node['source_name']), node.name];
  const value = names.map((name) => escapePattern(name).replaceAll('.', '?')).join('.');
  if (/\{[{%#]/.test(value)) return { id, why: `its name, ${names.join('.')}, would be taken for a template` };
  const matchers =
    value === names.join('.') ? undefined : names.map((name) => shellPattern(escapePattern(name).replaceAll('.', '?')));
  const twins = matchers ? sourcesLike(project, matchers).filter((j) => j !== i && !isWanted(j)) : [];
  if (twins.length > 0) return { id, why: `nothing tells it from ${twins.map((j) => project.ids[j]).join(', ')}` };
  return { id, all: [{ method: 'source', value }], exclude: [] };
}

function sourcesLike(project: Project, [isPackage, isSource, isTable]: readonly ((text: string) => boolean)[]) {
  const like: number[] = [];
  for (let j = 0; j < project.size; j++) {
    const node = project.nodes[j]!;
    if (project.sections[j] !== SOURCES || !isPackage!(node.package_name)) continue;
    if (isSource!(String(node['source_name'])) && isTable!(node.name)) like.push(j);
  }
  return like;
}
