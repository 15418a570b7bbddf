import { hashOf } from '@headgate/contracts';
import type { Manifest } from '@headgate/dbt';
import type { Held } from './holds.ts';
import { Calls, textsOf } from './calls.ts';
import { calledBy, allIds, find, type Found, identity } from './identity.ts';
import { type Built, Machinery } from './machinery.ts';

/*
 * What a manifest and a state say, worked out again. Nothing here comes from the code that builds plans: whoever
 * doubts the builder must not be answered by the builder.
 */

export type Hashes = Readonly<Record<string, string>>;

/** A manifest as evidence: each node's hashed parts and what it reads. */
export class ManifestEvidence {
  private readonly found = new Map<string, Found | undefined>();
  private readonly parts = new Map<string, Hashes>();
  private readonly closures = new Map<string, { ids: readonly string[]; hash: string }>();
  private tests: Map<string, string[]> | undefined;
  private readonly sql = new Map<string, string>();

  readonly calls: Calls;
  private readonly machines: Machinery;

  constructor(
    readonly manifest: Manifest,
    private readonly files: Hashes,
  ) {
    this.calls = new Calls(manifest);
    this.machines = new Machinery(manifest, this.calls);
  }

  has(id: string): boolean {
    return this.find(id) !== undefined;
  }

  type(id: string): string {
    return this.find(id)?.node.resource_type ?? '';
  }

  /** Whether dbt builds or checks it as a step of its own. */
  carries(id: string): boolean {
    const node = this.find(id)?.node;
    if (!node || node.config?.['materialized'] === 'ephemeral') return false;
    if (node.config?.['enabled'] === false) return false;
    return ['model', 'seed', 'snapshot', 'test', 'unit_test', 'function'].includes(node.resource_type);
  }

  all(): string[] {
    return allIds(this.manifest);
  }

  inputs(id: string): readonly string[] {
    return [...new Set(this.find(id)?.node.depends_on?.nodes ?? [])].sort();
  }

  /** Tests and unit tests of a node, sorted: those that stand at it, and of those that stand nowhere all that read it. */
  testsOf(id: string): readonly string[] {
    if (!this.tests) {
      this.tests = new Map();
      for (const test of this.all()) {
        if (!this.type(test).endsWith('test') || !this.carries(test)) continue;
        const at = this.find(test)?.node['attached_node'];
        for (const subject of typeof at === 'string' ? [at] : this.inputs(test))
          this.tests.set(subject, [...(this.tests.get(subject) ?? []), test]);
      }
    }
    return [...(this.tests.get(id) ?? [])].sort();
  }

  partsOf(id: string): Hashes {
    let parts = this.parts.get(id);
    if (!parts) this.parts.set(id, (parts = this.hashed(id)));
    return parts;
  }

  /** With what dbt builds it; null for what carries no verdict. */
  builtWith(id: string): Built | null {
    const node = this.find(id)?.node;
    return node && this.carries(id) ? this.machines.of(node) : null;
  }

  /** Macros in reach, by id. */
  reach(id: string): { ids: readonly string[]; hash: string } {
    const node = this.find(id)?.node;
    const roots = node ? [...calledBy(this.manifest, node), ...this.calls.inTexts(textsOf(node))] : [];
    const key = roots.join(' ');
    let closure = this.closures.get(key);
    if (!closure) {
      const macros = this.calls.closure(roots);
      this.closures.set(key, (closure = { ids: Object.keys(macros), hash: hashOf(macros) }));
    }
    return closure;
  }

  macro(id: string): string | undefined {
    const text = this.manifest.macros[id]?.macro_sql;
    if (text === undefined) return undefined;
    let hash = this.sql.get(id);
    if (!hash) this.sql.set(id, (hash = hashOf(text)));
    return hash;
  }

  /** Data that the manifest cannot vouch for, sorted. */
  data(id: string): readonly string[] {
    const node = this.find(id)?.node;
    if (!node || node.resource_type === 'unit_test') return [];
    const hidden = node.resource_type === 'seed' && node.checksum?.name === 'path' && this.files[id] === undefined;
    const own = node.resource_type === 'snapshot' || hidden;
    return [...(own ? [id] : []), ...this.sources(id)].sort();
  }

  sources(id: string): string[] {
    return this.reads(id).filter((input) => this.type(input) === 'source');
  }

  /** Relations built by dbt that a node reads; a unit test reads none. */
  relations(id: string): string[] {
    return this.type(id) === 'unit_test' ? [] : this.reads(id).filter((input) => this.carries(input));
  }

  /** Inputs, those of ephemeral models in place of these. */
  private reads(id: string): string[] {
    const found = new Set<string>();
    const seen = new Set([id]);
    const visit = (at: string): void => {
      for (const input of this.inputs(at)) {
        if (!this.has(input) || seen.has(input)) continue;
        seen.add(input);
        if (this.type(input) === 'source' || this.carries(input)) found.add(input);
        else visit(input);
      }
    };
    visit(id);
    return [...found].sort();
  }

  private find(id: string): Found | undefined {
    if (!this.found.has(id)) this.found.set(id, find(this.manifest, id));
    return this.found.get(id);
  }

  private hashed(id: string): Hashes {
    const found = this.find(id);
    if (!found) return {};
    const parts: Record<string, string> = { kind: hashOf(found.kind), macros: this.reach(id).hash };
    for (const [name, value] of Object.entries(identity(this.manifest, found))) parts[name] = hashOf(value);
    const built = this.builtWith(id);
    if (built) parts['machinery'] = built.hash;
    const reads = found.node['headgate_reads'];
    if (typeof reads === 'object' && reads !== null && Object.keys(reads).length > 0) parts['reads'] = hashOf(reads);
    const file = this.files[id];
    if (found.kind === 'seed' && file !== undefined) parts['body'] = hashOf({ file });
    return parts;
  }
}

/** The state file, as far as verdicts need it. */
export interface StateEvidence {
  readonly nodes: Readonly<
    Record<
      string,
      {
        readonly built:
          | (Recorded & {
              readonly fingerprint: string;
              readonly data: Hashes;
              readonly query?: {
                readonly text: string;
                readonly settings: string;
                readonly rule: string;
                readonly result: string | null;
                readonly content: Held;
              };
            })
          | null;
        readonly last: {
          readonly result: string;
          readonly status: string;
          readonly run: string;
          readonly attempt: number;
          readonly finishedAt: string | null;
        };
      }
    >
  >;
  readonly inputs: Readonly<Record<string, Recorded & { readonly id: string }>>;
  readonly macroTables: Readonly<Record<string, Hashes>>;
  readonly reached: Readonly<Record<string, readonly string[]>>;
}

export interface Recorded {
  readonly parts: Hashes;
  readonly upstream: Hashes;
  readonly macroTable: string;
}
