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
