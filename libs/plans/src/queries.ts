import { hashOf } from '@headgate/contracts';
import type { Manifest } from '@headgate/dbt';
import { asOne, contentOf, digest, type PrintedQuery, type PrintQuery, unknown } from './content.ts';
import type { BuiltQuery, Content, QueryRule } from './environment-state.ts';
import { machineryOf } from './machinery.ts';
import { isPathSeed, type PartsTable } from './parts.ts';
import { type Compiled, compiledOf, relationNames, relationsRead } from './query-rule.ts';

/** A node's query over what its inputs hold. */
export interface ReadQuery {
  readonly rule: QueryRule;
  /** The function, the name or the syntax that is not known. */
  readonly what?: string;
  /** Hash of all that the query gives; null when nobody can tell. */
  readonly result: string | null;
  /** What will stand in the relation once it is built. */
  readonly content: Content;
  /** Pairs of an input and what is read of it, split by a NUL. */
  readonly uses: readonly string[];
}

export type Contents = (id: string) => Content | undefined;

/** The queries of one manifest, read when they are asked for. */
export class Queries {
  private readonly compiledById = new Map<string, Compiled | null>();
  private names: ReadonlyMap<string, readonly string[]> | undefined;

  constructor(
    private readonly manifest: Manifest,
    private readonly table: PartsTable,
    private readonly print: PrintQuery | undefined,
  ) {}

  /** The compiled SQL; null without one, and where nobody reads queries. */
  compiled(id: string): Compiled | null {
    if (!this.print) return null;
    let compiled = this.compiledById.get(id);
    if (compiled === undefined) this.compiledById.set(id, (compiled = compiledOf(this.manifest, id)));
    return compiled;
  }

  /** What a source or a seed holds, as far as the manifest says; undefined for other nodes. */
  given(id: string): Content | undefined {
    const parts = this.table.nodes.get(id)?.parts ?? {};
    if (this.manifest.sources[id]) return asOne(digest('source', id, parts['relation'] ?? ''));
    const node = this.manifest.nodes[id];
    if (node?.resource_type !== 'seed') return undefined;
    const known = !isPathSeed(node) || parts['body'] !== hashOf(node.checksum ?? null);
    if (!known || machineryOf(this.manifest, node)?.replaced) return unknown;
    const { column_types: types = null, delimiter = null, quote_columns: quote = null } = node.config ?? {};
    const settings = hashOf({ types, delimiter, quote });
    return asOne(digest('seed', id, parts['body'] ?? '', settings, parts['machinery'] ?? '', parts['reads'] ?? ''));
  }

  read(id: string, compiled: Compiled, inputs: Contents): ReadQuery {
    const { rule } = compiled;
    if (rule) return { rule, result: null, content: unknown, uses: [] };
    const printed = this.printed(id, compiled, inputs);
    if (!printed.ok) return { rule: printed.rule, what: printed.what, result: null, content: unknown, uses: [] };
    const content = contentOf(printed, inputs, compiled.contract);
    const uses = [printed.rows, ...printed.columns.map(({ print }) => print), printed.rest, printed.order];
    // A snapshot holds its past as well: its query only says whether it looks at the same rows again.
    const snapshot = this.manifest.nodes[id]?.resource_type === 'snapshot';
    return {
      rule: snapshot ? 'snapshot' : 'columns',
      result: content.self,
      content: snapshot ? unknown : content,
      uses: [...new Set(uses.flatMap((part) => [...(part?.uses ?? [])]))].sort(),
    };
  }

  /** What a node that was just built is remembered by. */
  built(
    id: string,
    inputs: Contents,
    run: { readonly run: string; readonly attempt: number; readonly read?: ReadonlySet<string> },
  ): BuiltQuery | undefined {
    const own = (...what: string[]): string => digest('run', run.run, String(run.attempt), id, ...what);
    const given = this.print && this.given(id);
    if (given) {
      const content = given.self === null ? asOne(own()) : given;
      return { text: own(), settings: own(), rule: 'seed', result: given.self, content };
    }
    const compiled = this.compiled(id);
    if (!compiled) return undefined;
    const { text, settings } = compiled;
    if (run.read && !run.read.has(id))
      return { text, settings, rule: compiled.rule ?? 'not_read', result: null, content: unknown };
    const { rule, result, content } = this.read(id, compiled, inputs);
    // A view is asked anew each time: what nobody can foretell of it, nobody knows afterwards either.
    if (this.manifest.nodes[id]?.config?.['materialized'] === 'view') return { text, settings, rule, result, content };
    return { text, settings, rule, result, content: rule === 'columns' ? standing(content, own) : asOne(own()) };
  }

  private printed(id: string, compiled: Compiled, inputs: Contents): PrintedQuery {
    this.names ??= relationNames(this.manifest);
    const names = this.names;
    const readable = new Set(relationsRead(this.manifest, id));
    return (this.print as PrintQuery)(compiled.sql, (path) => {
      const [found, ...others] = (names.get(path.join('\u0000')) ?? []).filter((one) => readable.has(one));
      if (found === undefined || others.length > 0) return null;
      const content = inputs(found);
      return { id: found, columns: content?.names ?? [], complete: content !== undefined && !('rest' in content) };
    });
  }
}

/** Content as it stands once it is built: what nobody can foretell is now something of its own. */
function standing(content: Content, own: (...what: string[]) => string): Content {
  const { names, rest } = content;
  const columns = Object.entries(content.columns).map(([name, hash]) => [name, hash ?? own('column', name)] as const);
  return {
    rows: content.rows ?? own('rows'),
    columns: Object.fromEntries(columns),
    names,
    ...(rest !== undefined && { rest: rest ?? own('rest') }),
    self: content.self ?? own(),
  };
}
