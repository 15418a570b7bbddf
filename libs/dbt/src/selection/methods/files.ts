import { shellPattern } from '../pattern.ts';
import { mark, type Method } from './context.ts';

/**
 * A node's own file, the file of its properties, or any directory above the former, as far as the glob finds them in
 * the root project. A package's node matches only where the root project happens to have the same path.
 */
export const path: Method = (context, { value }) => {
  const found = context.files().glob(String(value));
  return mark(context, 'all', (node) => {
    const own = plainPath(node.original_file_path ?? '');
    if (found.has(own)) return true;
    const patch = node['patch_path'];
    if (typeof patch === 'string' && patch !== '' && found.has(plainPath(patch.split('://')[1] ?? ''))) return true;
    return parentsOf(own).some((directory) => found.has(directory));
  });
};

function plainPath(text: string): string {
  return (
    text
      .split('/')
      .filter((part) => part !== '' && part !== '.')
      .join('/') || '.'
  );
}

function parentsOf(own: string): readonly string[] {
  if (own === '.') return [];
  const parts = own.split('/');
  return parts.map((_, i) => parts.slice(0, i).join('/') || '.');
}

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
