import { sha256 } from '@headgate/contracts';
import type { Manifest, ManifestNode } from '@headgate/dbt';

/*
 * Which macros a text may call, worked out once more: dbt lists those that it saw called, and a branch that it did not
 * take, or a name that is put together at run time, shows in the text only.
 */

/** Reads what stands in Jinja's tags, character by character; strings and nested brackets do not end a tag. */
function tagged(text: string): string {
  let out = '';
  let open: string[] | null = null;
  for (let i = 0; i < text.length; i++) {
    const c = text.charAt(i);
    const pair = text.slice(i, i + 2);
    if (open === null) {
      if (pair !== '{{' && pair !== '{%') continue;
      open = [];
      i++;
      out += '\n';
    } else if (open.length === 0 && (pair === '}}' || pair === '%}')) {
      open = null;
      i++;
    } else if (c === '"' || c === "'") {
      let end = i + 1;
      while (end < text.length && text.charAt(end) !== c) end += text.charAt(end) === '\\' ? 2 : 1;
      out += text.slice(i, end + 1);
      i = end;
    } else {
      if (c === '(' || c === '[' || c === '{') open.push(c);
      if (c === ')' || c === ']' || c === '}') open.pop();
      out += c;
    }
  }
  return out;
}

const adapterParents = new Map([
  ['redshift', 'postgres'],
  ['databricks', 'spark'],
  ['synapse', 'fabric'],
  ['sqlserver', 'fabric'],
]);

export function shortName(id: string): string {
  const name = id.split('.').at(-1) as string;
  const [prefix, ...rest] = name.split('__');
  return rest.length > 0 && prefix !== '' ? rest.join('__') : name;
}

/** All macros of a manifest and who may call whom. */
export class Calls {
  private readonly outside: readonly string[];
  private readonly names = new Map<string, string[]>();
  private places: Map<string, ReadonlySet<string>> | undefined;
  private readonly callees = new Map<string, readonly string[]>();

  constructor(private readonly manifest: Manifest) {
    this.outside = Object.keys(manifest.macros).filter((id) => !this.isOfDbt(id));
    for (const id of this.outside) {
      for (const name of new Set([shortName(id), id.split('.').at(-1) as string]))
        this.names.set(name, [...(this.names.get(name) ?? []), id]);
    }
  }

  isOfDbt(id: string): boolean {
    const of = id.split('.')[1];
    const adapter = `${this.manifest.metadata.adapter_type}`;
    return of === 'dbt' || of === `dbt_${adapter}` || of === `dbt_${adapterParents.get(adapter) ?? adapter}`;
  }

  /** Macros that are not dbt's. */
  get others(): readonly string[] {
    return this.outside;
  }

  /** Those of them that a node's code, or any text, may call. */
  inTexts(texts: readonly unknown[]): readonly string[] {
    const found = new Set<string>();
    if (this.outside.length === 0) return [];
    for (const text of texts) {
      if (typeof text !== 'string') continue;
      const jinja = tagged(text);
      if (this.isOpen(jinja)) return this.outside;
      for (const word of jinja.split(/\W+/)) for (const id of this.names.get(word) ?? []) found.add(id);
    }
    return [...found];
  }

  /** With all that they call, and the hash of each one's text; null where the manifest has none. */
  closure(roots: readonly (string | null)[]): Record<string, string | null> {
    const found: Record<string, string | null> = {};
    const queue = roots.filter((id) => id !== null);
    for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
      if (id in found) continue;
      const text = this.manifest.macros[id]?.macro_sql;
      found[id] = text === undefined ? null : sha256(text);
      queue.push(...this.calledBy(id));
    }
    return found;
  }

  /** Whether variants of a macro stand in several packages, so that `dispatch` in dbt_project.yml picks one. */
  isUndecided(id: string): boolean {
    const places = [...(this.variants().get(shortName(id)) ?? [])];
    const fixed = ['dbt', this.manifest.metadata.project_name];
    return places.length > 1 && places.some((place) => !fixed.includes(place));
  }

  /** Packages that hold a macro for some adapter, by its name without the adapter's. */
  private variants(): ReadonlyMap<string, ReadonlySet<string>> {
    if (this.places) return this.places;
    this.places = new Map();
    for (const id of Object.keys(this.manifest.macros)) {
      const name = shortName(id);
      if (id.endsWith(`.${name}`)) continue;
      const place = this.isOfDbt(id) ? 'dbt' : (id.split('.')[1] as string);
      this.places.set(name, new Set([...(this.places.get(name) ?? []), place]));
    }
    return this.places;
  }

  private calledBy(id: string): readonly string[] {
    let known = this.callees.get(id);
    if (!known) {
      const macro = this.manifest.macros[id];
      const listed = (macro?.depends_on?.macros ?? []).filter((one) => typeof one === 'string');
      known = this.isOfDbt(id) ? listed : [...listed, ...this.inTexts([macro?.macro_sql])];
      this.callees.set(id, known);
    }
    return known;
  }

  /** Whether some name is known at run time only: `context`, a dispatch of no literal, a package that is handed around. */
  private isOpen(jinja: string): boolean {
    if (/\bcontext\b/.test(jinja)) return true;
    const dispatches = [...jinja.matchAll(/\bdispatch\b/g)];
    const literal = /^dispatch\s*\(\s*(macro_name\s*=\s*)?('[\w.]+'|"[\w.]+")\s*[,)]/;
    if (dispatches.some(({ index }) => !literal.test(jinja.slice(index, index + 200)))) return true;
    const places = new Set(this.outside.map((id) => id.split('.')[1] as string));
    return [...jinja.matchAll(/[A-Za-z_]\w*/g)].some(({ 0: word, index }) => {
      if (!places.has(word) || /['"]/.test(jinja.charAt(index - 1))) return false;
      return !/^(['"]|\s*\.\s*[A-Za-z_])/.test(jinja.slice(index + word.length, index + word.length + 40));
    });
  }
}

const holdingCode = ['sql_header', 'pre_hook', 'pre-hook', 'post_hook', 'post-hook'];

/** A node's own texts: its code, hooks, header. */
export function textsOf(node: ManifestNode): readonly unknown[] {
  const texts: unknown[] = [node['raw_code'] ?? node['raw_sql']];
  for (const key of holdingCode) {
    const value = node.config?.[key];
    for (const hook of (Array.isArray(value) ? value : [value]) as unknown[])
      texts.push(typeof hook === 'object' && hook !== null && 'sql' in hook ? hook.sql : hook);
  }
  return texts;
}
