import { shellPattern } from '../pattern.ts';
import { mark, type Method } from './context.ts';

/**
 * A node's own file, the file of its properties, or any directory above the former, as far as the glob finds them in
 * the root project. A package's node matches only where the root project happens to have the same path.
 */
export const path: Method = (context, { value }) => {
  const found = context.files().glob(String(value));
  const { paths, patches, folderOf, folders } = context.project.columns;
  const below = folders.map((folder) => isWithin(folder, found));
  return mark(
    context,
    'all',
    (_node, _id, i) => below[folderOf[i]!] || found.has(paths[i]!) || (patches[i] !== '' && found.has(patches[i]!)),
  );
};

/** Whether a folder or one above it was found; the topmost is `.`. */
function isWithin(folder: string, found: ReadonlySet<string>): boolean {
  const parts = folder.split('/');
  return found.has('.') || parts.some((_, i) => found.has(parts.slice(0, i + 1).join('/')));
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
