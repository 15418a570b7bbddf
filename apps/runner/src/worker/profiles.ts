import { isMap, isSeq, parseDocument, type YAMLMap } from 'yaml';

/**
 * A project's profiles.yml with the files of DuckDB moved to where the environment keeps its data: the project itself
 * is read-only in the sandbox, and a path relative to it is what most projects say. Paths that are absolute, in memory
 * or remote stay as they are, also when Jinja makes them. Pure; anything that is not a profile comes back unchanged.
 */
export function placeDatabases(text: string): string {
  const document = parseDocument(text);
  if (document.errors.length > 0 || !isMap(document.contents)) return text;
  let moved = false;
  for (const output of outputsIn(document.contents)) {
    const path: unknown = output.get('path');
    const placed = output.get('type') === 'duckdb' && typeof path === 'string' ? placeOf(path) : path;
    if (placed === path) continue;
    output.set('path', placed);
    moved = true;
  }
  return moved ? document.toString() : text;
}

/**
 * A profiles.yml in which every DuckDB output attaches one more file, read-only. What Jinja makes of a list of
 * attachments cannot be added to: then it stays as it is, and dbt does not find the database.
 */
export function attachDatabase(text: string, { path, alias }: { path: string; alias: string }): string {
  const document = parseDocument(text);
  if (document.errors.length > 0 || !isMap(document.contents)) return text;
  for (const output of outputsIn(document.contents)) {
    const before: unknown = output.get('attach');
    if (output.get('type') !== 'duckdb' || (before !== undefined && !isSeq(before))) continue;
    const entry = document.createNode({ path, alias, read_only: true });
    if (isSeq(before)) before.add(entry);
    else output.set('attach', document.createNode([entry]));
  }
  return document.toString();
}

function* outputsIn(profiles: YAMLMap): Generator<YAMLMap> {
  for (const { value: profile } of profiles.items) {
    const outputs: unknown = isMap(profile) ? profile.get('outputs') : undefined;
    if (isMap(outputs)) for (const { value: output } of outputs.items) if (isMap(output)) yield output;
  }
}

/** Where a path leads that is no file of the project: absolute, in memory, at MotherDuck, or behind a URL. */
const elsewhere = /^(\/|:memory:|md:|motherduck:|[a-z][a-z0-9+]*:\/\/)/i;

function placeOf(path: string): string {
  const only = /^\{\{((?:(?!\}\}).)*)\}\}$/s.exec(path.trim())?.[1]?.trim();
  // Only Jinja knows what its expression comes to, so Jinja decides.
  if (only) {
    const stays = `(${only}).startswith(('/', ':memory:', 'md:', 'motherduck:')) or '://' in (${only})`;
    return `{{ (${only}) if ${stays} else env_var('HEADGATE_DATA_DIR') ~ '/' ~ (${only}).split('/')[-1] }}`;
  }
  if (elsewhere.test(path) || /\{\{|\{%/.test(path)) return path;
  return `{{ env_var('HEADGATE_DATA_DIR') }}/${path.replace(/^(\.\/)+/, '').replaceAll('/', '_')}`;
}

/** A profile for a project that brings none: DuckDB, in the environment's own folder. */
export function profileFor(projectYml: string): string {
  const profile = nameIn(projectYml, 'profile') ?? 'default';
  const file = `${nameIn(projectYml, 'name') ?? 'warehouse'}.duckdb`;
  const path = `{{ env_var('HEADGATE_DATA_DIR') }}/${file}`;
  const output = { type: 'duckdb', path, schema: 'main', threads: 2 };
  return `${JSON.stringify({ [profile]: { target: 'dev', outputs: { dev: output } } }, undefined, 2)}\n`;
}

/** The adapter type that a profile leads to, as far as its text tells: `undefined` when only Jinja could say. */
export function adapterOf(projectYml: string, profilesYml: string): string | undefined {
  const profiles = read(profilesYml) as Profiles | undefined;
  const { target, outputs = {} } = profiles?.[nameIn(projectYml, 'profile') ?? ''] ?? {};
  const types = new Set(Object.values(outputs).map(({ type }) => type));
  const chosen = target === undefined ? outputs['default'] : outputs[target];
  return chosen?.type ?? (types.size === 1 ? [...types][0] : undefined);
}

type Profiles = Record<string, { target?: string; outputs?: Record<string, { type?: string }> }>;

function nameIn(projectYml: string, key: 'name' | 'profile'): string | undefined {
  const value = read(projectYml)?.[key];
  return typeof value === 'string' && value !== jinja ? value : undefined;
}

const jinja = 'jinja';

/** A YAML file as dbt would see it, but for what Jinja says in it; `undefined` for one that is no mapping. */
function read(text: string): Record<string, unknown> | undefined {
  const document = parseDocument(text.replaceAll(/\{\{.*?\}\}/gs, jinja));
  if (document.errors.length > 0 || !isMap(document.contents)) return undefined;
  return document.toJS() as Record<string, unknown>;
}
