import { shellPattern } from '../pattern.ts';
import { mark, type Method } from './context.ts';

/**
 * A node's own file, the file of its properties, or any directory above the former, as far as the glob finds them in
 * the root project. A package's node matches only where the root project happens to have the same path.
 */
export const path: Method = (context, { value }) => {
  const found = context.files().glob(String(value));
  // many nodes come from one file, and more from one directory
  const known = new Map<string, boolean>();
  const isBelow = (own: string): boolean => {
    let answer = known.get(own);
    if (answer === undefined) {
      const parent = own.slice(0, Math.max(0, own.lastIndexOf('/'))) || '.';
      answer = found.has(own) || (own !== '.' && isBelow(parent));
      known.set(own, answer);
    }
    return answer;
  };
  const { paths, patches } = context.project.columns;
  return mark(context, 'all', (_node, _id, i) => isBelow(paths[i]!) || (patches[i] !== '' && found.has(patches[i]!)));
};

/** A file's name with or without its last extension. */
export const file: Method = (context, { value }) => {
  const isFile = shellPattern(String(value));
  return mark(context, 'all', (node) => {
    const name =
      (node.original_file_path ?? '')
        .split('/')
        .filter((part) => part !== '')
        .at(-1) ?? '';
    const dot = name.lastIndexOf('.');
    return isFile(name) || isFile(dot > 0 && dot < name.length - 1 ? name.slice(0, dot) : name);
  });
};
