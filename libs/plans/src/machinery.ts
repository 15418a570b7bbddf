import { hashOf } from '@headgate/contracts';
import type { MacroEntry, Manifest, ManifestNode } from '@headgate/dbt';
import { bareName, codeOf, macroBook, type MacroBook, nameOf } from './macro-reach.ts';

/**
 * What dbt builds a node with, of which the node itself names nothing: the macros of its materialization, those that a
 * project has put in the place of dbt's own, on-run hooks, and dbt itself.
 */
export interface Machinery {
  readonly hash: string;
  /** Every macro in it, sorted. */
  readonly macros: readonly string[];
  /** Whether a project has put something of its own in the place of dbt's materialization or of what that calls. */
  readonly replaced: boolean;
  /** Own macros in it, those of on-run hooks aside. */
  readonly own: readonly string[];
}

interface Place {
  readonly adapter: string | null;
  readonly version: string | null;
  readonly operations: Readonly<Record<string, string>>;
  /** Own macros that on-run hooks call. */
  readonly onRun: readonly string[];
  /** Names of dbt's macros that any materialization may come to, by way of the adapter's own code. */
  readonly anywhere: ReadonlySet<string>;
  readonly known: Map<string, Machinery>;
}

const places = new WeakMap<Manifest, Place>();

/** Null for what dbt does not build or check by itself. `node` carries a verdict. */
export function machineryOf(manifest: Manifest, node: ManifestNode): Machinery | null {
  const materialized = materializationOf(node);
  if (materialized === null) return null;
  const place = placeOf(manifest);
  const key = [materialized, node.resource_type, node.package_name].join('\n');
  let machinery = place.known.get(key);
  if (!machinery) place.known.set(key, (machinery = made(manifest, node, materialized, place)));
  return machinery;
}

function materializationOf({ resource_type: type, config }: ManifestNode): string | null {
  if (type === 'unit_test') return 'unit';
  if (['seed', 'snapshot', 'test', 'function'].includes(type)) return type;
  const materialized = config?.['materialized'];
  return type === 'model' && typeof materialized === 'string' && materialized !== 'ephemeral' ? materialized : null;
}

function made(manifest: Manifest, node: ManifestNode, materialized: string, place: Place): Machinery {
  const book = macroBook(manifest);
  const all = Object.keys(manifest.macros);
  const candidates = all.filter((id) => nameOf(id).startsWith(`materialization_${materialized}_`));
  const strategies =
    materialized === 'incremental' ? all.filter((id) => /get_incremental_.*_sql$/.test(nameOf(id))) : [];
  const dbts = new Set(book.closure([...candidates, ...strategies].filter(book.isEngine)).map(({ id }) => id));
  const used = new Set([...dbts].map((id) => bareName(nameOf(id))));
  const instead = book.own.filter((id) => isInstead(id, place, used));
  // Which of them dbt picks (of the root project or a package, for the adapter or by default) is not asked: one is enough.
  const roots = [...candidates, ...strategies, ...instead];
  const naming = ['test', 'unit_test'].includes(node.resource_type) ? [] : book.own.filter(isNaming);
  const reached = book.closure([...roots, ...naming, ...place.onRun]);
  const { adapter, version, operations } = place;
  const local = new Set([manifest.metadata.project_name ?? node.package_name, node.package_name]);
  return {
    hash: hashOf({ adapter, version, operations, macros: sqlById(reached) }),
    macros: reached.map(({ id }) => id),
    replaced:
      candidates.some((id) => !book.isEngine(id)) || instead.some((id) => local.has(id.split('.')[1] as string)),
    own: book.closure(roots).flatMap(({ id }) => (book.isEngine(id) ? [] : [id])),
  };
}

/** Whether an own macro stands in the place of one of dbt's with which it builds. */
function isInstead(id: string, { anywhere }: Place, used: ReadonlySet<string>): boolean {
  const name = bareName(nameOf(id));
  return !isNaming(id) && (used.has(name) || anywhere.has(name));
}

const isNaming = (id: string): boolean => /generate_(schema|alias|database)_name$/.test(nameOf(id));

function sqlById(macros: readonly MacroEntry[]): Readonly<Record<string, string | null>> {
  return Object.fromEntries(macros.map(({ id, sql }) => [id, sql]));
}

function placeOf(manifest: Manifest): Place {
  const known = places.get(manifest);
  if (known) return known;
  const book = macroBook(manifest);
  const hooks = Object.values(manifest.nodes).filter((node) => node.resource_type === 'operation');
  const operations = hooks.map((hook) => [hook.unique_id, hashOf([codeOf(hook), hook['headgate_reads'] ?? null])]);
  const place: Place = {
    adapter: manifest.metadata.adapter_type ?? null,
    version: /^\d+\.\d+/.exec(manifest.metadata.dbt_version ?? '')?.[0] ?? null,
    operations: Object.fromEntries(operations) as Record<string, string>,
    onRun: book.named(hooks.flatMap(codeOf)),
    anywhere: anywhereNames(manifest, book),
    known: new Map(),
  };
  places.set(manifest, place);
  return place;
}

/** Not functions for SQL, which show where they are used, and not what belongs to one materialization. */
function anywhereNames(manifest: Manifest, { isEngine }: MacroBook): ReadonlySet<string> {
  const [particular, anywhere] = [new Set<string>(), new Set<string>()];
  for (const [id, macro] of Object.entries(manifest.macros)) {
    const name = bareName(nameOf(id));
    if (!isEngine(id) || name.startsWith('test_')) continue;
    const path = macro['original_file_path'];
    const isParticular = typeof path === 'string' && /(^|[\\/])(utils|materializations)[\\/]/.test(path);
    (isParticular ? particular : anywhere).add(name);
  }
  return new Set([...anywhere].filter((name) => !particular.has(name)));
}
