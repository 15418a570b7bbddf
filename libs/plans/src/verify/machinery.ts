import { hashOf } from '@headgate/contracts';
import type { Manifest, ManifestNode } from '@headgate/dbt';
import { type Calls, shortName, textsOf } from './calls.ts';

/*
 * With what dbt builds a node, though the node does not name it: worked out once more from what dbt looks for, which is
 * macros by their names.
 */

export interface Built {
  readonly hash: string;
  readonly ids: readonly string[];
  /** The project builds it in a way of its own. */
  readonly ownWay: boolean;
  /** Macros in it that are not dbt's, but for those of on-run hooks. */
  readonly others: readonly string[];
}

export class Machinery {
  private readonly known = new Map<string, Built>();
  private readonly hooks: readonly ManifestNode[];
  private readonly ofDbt: readonly { readonly name: string; readonly narrow: boolean }[];

  constructor(
    private readonly manifest: Manifest,
    private readonly calls: Calls,
  ) {
    this.hooks = Object.values(manifest.nodes).filter((node) => node.resource_type === 'operation');
    this.ofDbt = Object.entries(manifest.macros)
      .filter(([id]) => calls.isOfDbt(id) && !shortName(id).startsWith('test_'))
      .map(([id, macro]) => ({ name: shortName(id), narrow: isNarrow(macro['original_file_path']) }));
  }

  /** Of a node that dbt builds or checks as a step of its own; null of all others. */
  of(node: ManifestNode): Built | null {
    const kind = kindOf(node);
    if (kind === null) return null;
    const key = JSON.stringify([kind, node.resource_type, node.package_name]);
    let built = this.known.get(key);
    if (!built) this.known.set(key, (built = this.work(node, kind)));
    return built;
  }

  private work(node: ManifestNode, kind: string): Built {
    const { calls, manifest } = this;
    const last = (id: string): string => id.slice(id.lastIndexOf('.') + 1);
    const builders = Object.keys(manifest.macros).filter((id) => last(id).startsWith(`materialization_${kind}_`));
    const merges =
      kind === 'incremental'
        ? Object.keys(manifest.macros).filter((id) => /get_incremental_.*_sql$/.test(last(id)))
        : [];
    const usual = Object.keys(calls.closure([...builders, ...merges].filter((id) => calls.isOfDbt(id))));
    const inPlace = this.inPlace(new Set(usual.map(shortName)));
    const starts = [...builders, ...merges, ...inPlace];
    const places = /test$/.test(node.resource_type) ? [] : calls.others.filter((id) => namesPlaces.test(last(id)));
    const hooks = calls.inTexts(this.hooks.flatMap(textsOf));
    const all = calls.closure([...starts, ...places, ...hooks]);
    const here = [manifest.metadata.project_name ?? node.package_name, node.package_name];
    return {
      hash: hashOf({ ...this.engine(), macros: all }),
      ids: Object.keys(all).sort(),
      ownWay:
        builders.some((id) => !calls.isOfDbt(id)) || inPlace.some((id) => here.includes(id.split('.')[1] as string)),
      others: Object.keys(calls.closure(starts)).filter((id) => !calls.isOfDbt(id)),
    };
  }

  /** Macros that are not dbt's under a name that dbt calls while it builds. */
  private inPlace(called: ReadonlySet<string>): readonly string[] {
    return this.calls.others.filter((id) => {
      const name = shortName(id);
      if (namesPlaces.test(id)) return false;
      const namesakes = this.ofDbt.filter((one) => one.name === name);
      return called.has(name) || (namesakes.length > 0 && !namesakes.some(({ narrow }) => narrow));
    });
  }

  private engine(): object {
    const { adapter_type: adapter = null, dbt_version: version } = this.manifest.metadata;
    const operations: Record<string, string> = {};
    for (const hook of this.hooks) {
      const texts = textsOf(hook).filter((text) => typeof text === 'string');
      operations[hook.unique_id] = hashOf([texts, hook['headgate_reads'] ?? null]);
    }
    return { adapter, version: (version ?? '').match(/^\d+\.\d+/)?.[0] ?? null, operations };
  }
}

/** They decide where a relation stands. */
const namesPlaces = /generate_(schema|alias|database)_name$/;

/** Functions for SQL, and what belongs to one materialization: these count where something uses them. */
function isNarrow(path: unknown): boolean {
  const folders = typeof path === 'string' ? path.split(/[\\/]/).slice(0, -1) : [];
  return folders.includes('utils') || folders.includes('materializations');
}

function kindOf(node: ManifestNode): string | null {
  switch (node.resource_type) {
    case 'unit_test':
      return 'unit';
    case 'model': {
      const kind = node.config?.['materialized'];
      return typeof kind === 'string' && kind !== 'ephemeral' ? kind : null;
    }
    case 'seed':
    case 'snapshot':
    case 'test':
    case 'function':
      return node.resource_type;
    default:
      return null;
  }
}
