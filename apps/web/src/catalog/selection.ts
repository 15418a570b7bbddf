import type { Hit } from '@headgate/contracts';

/** Whether somebody writes dbt's selection language: a method, a graph operator, a wildcard, an intersection. */
export const isSelection = (text: string): boolean =>
  /(^|\s)(\w[\w.]*:\S|\d*\+\S|@\S|\S*\*)/.test(text) || /\S\+\d*(\s|,|$)/.test(text);

/** Its unions, as the words of a command line. */
export const unions = (text: string): string[] => text.trim().split(/\s+/).filter(Boolean);

/** What an id alone tells of a node: `type.package.name`, more behind it where names repeat. */
export function hitOf(id: string): Hit {
  const [type = '', pkg = '', ...name] = id.split('.');
  return { urn: '', id, type, package: pkg, name: name.join('.'), description: '', tags: [] };
}
