import { isMap, parseDocument } from 'yaml';

/**
 * A project's profiles.yml with the files of DuckDB moved to where the environment keeps its data: the project itself
 * is read-only in the sandbox, and a path relative to it is what most projects say. Paths that are absolute, in memory,
 * remote, or made by Jinja stay as they are. Pure; anything that is not a profile comes back unchanged.
 */
export function placeDatabases(text: string): string {
  const document = parseDocument(text);
  if (document.errors.length > 0 || !isMap(document.contents)) return text;
  let moved = false;
  for (const { value: profile } of document.contents.items) {
    const outputs = isMap(profile) ? profile.get('outputs') : undefined;
    if (!isMap(outputs)) continue;
    for (const { value: output } of outputs.items) {
      if (!isMap(output) || output.get('type') !== 'duckdb') continue;
      const path = output.get('path');
      if (typeof path !== 'string' || !isRelative(path)) continue;
      output.set('path', `{{ env_var('HEADGATE_DATA_DIR') }}/${path.replace(/^(\.\/)+/, '').replaceAll('/', '_')}`);
      moved = true;
    }
  }
  return moved ? document.toString() : text;
}

const isRelative = (path: string): boolean =>
  !/^(\/|:memory:|md:|motherduck:|[a-z][a-z0-9+]*:\/\/)|\{\{|\{%/i.test(path);

/** The adapter type of the profile that a project names, as far as its texts tell. */
export function adapterOf(projectText: string, profilesText: string): string {
  const named = /^profile:\s*['"]?([\w-]+)/m.exec(projectText)?.[1] ?? '';
  const profiles = parseDocument(profilesText.replaceAll(/\{\{.*?\}\}/gs, 'x')).toJS() as Record<
    string,
    { target?: string; outputs?: Record<string, { type?: string }> } | undefined
  > | null;
  const { target, outputs = {} } = profiles?.[named] ?? {};
  return (outputs[target ?? 'default'] ?? Object.values(outputs)[0])?.type ?? 'unknown';
}
