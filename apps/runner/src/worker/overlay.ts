import { isMap, parseDocument } from 'yaml';

/** Who a statement in the warehouse belongs to. */
export interface Attempt {
  readonly org: string;
  readonly project: string;
  readonly environment: string;
  readonly run: string;
  readonly attempt: number;
}

export const projectFile = 'dbt_project.yml';

/**
 * Lets every statement that dbt sends begin with a comment saying which run, attempt and node it is for: what a query
 * cost, or what still runs, is then known from the warehouse alone. A comment of the project's own stays, in front.
 */
export function withQueryComment(projectYml: string, attempt: Attempt): string {
  const document = parseDocument(projectYml);
  // dbt says better than we could what is wrong with the file.
  if (document.errors.length > 0) return projectYml;
  const { comment: theirs, ...rest } = settingsOf(document.toJS() as Record<string, unknown> | null);
  // A comment that returns ends there: nothing can follow it, so it stands alone.
  if (/\breturn\s*\(/.test(theirs)) return projectYml;
  const setting = { ...rest, comment: [theirs, commentOf(attempt)].filter(Boolean).join(' ') };
  if (!document.has('query-comment') && isMap(document.contents) && !document.contents.flow) {
    // As text, so that not a byte of theirs is written in another way.
    return `${projectYml.replace(/\n?$/, '\n')}query-comment: ${JSON.stringify(setting)}\n`;
  }
  document.set('query-comment', document.createNode(setting));
  return document.toString({ lineWidth: 0 });
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

function settingsOf(project: Record<string, unknown> | null): { comment: string; [more: string]: unknown } {
  const setting = project?.['query-comment'];
  if (typeof setting === 'string') return { comment: setting };
  if (typeof setting !== 'object' || setting === null) return { comment: '' };
  const { comment } = setting as { comment?: unknown };
  return { ...setting, comment: typeof comment === 'string' ? comment : '' };
}

/** Ids and slugs only, so nothing in it can end the comment or the Jinja. */
function commentOf(attempt: Attempt): string {
  const said = Object.entries({ app: 'headgate', ...attempt }).map(([key, value]) => `'${key}': '${value}'`);
  return `{{ tojson({${said.join(', ')}, 'node': node.unique_id if node else ''}) }}`;
}

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
