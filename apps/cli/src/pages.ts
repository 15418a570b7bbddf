import type { Command } from 'commander';
import { naturalNumber } from './numbers.ts';
import { globalOptions } from './session.ts';

/** As many as the server gives in one page. */
const page = 200;

/** Asks for page after page until there are so many, or no more. */
export async function upTo<T>(
  limit: number,
  ask: (page: { limit: number; cursor?: string }) => Promise<{ items: T[]; next?: string }>,
): Promise<{ items: T[]; more: boolean }> {
  const items: T[] = [];
  let next: string | undefined;
  do {
    const found = await ask({
      limit: Math.min(page, limit - items.length),
      ...(next !== undefined && { cursor: next }),
    });
    items.push(...found.items);
    next = found.next;
  } while (next !== undefined && items.length < limit);
  return { items, more: next !== undefined };
}

/** All there are. */
export const all = async <T>(ask: Parameters<typeof upTo<T>>[1]): Promise<T[]> => (await upTo(Infinity, ask)).items;

export interface Limited {
  readonly limit: number;
}

/** A command whose list may be long. */
export const limited = (command: Command): Command =>
  globalOptions(command.option('--limit <n>', 'at most so many', naturalNumber(100_000), 100));

/** What stands below a list that ends before its end. */
export const cutShort = (more: boolean, limit: number): string[] =>
  more ? [`there are more; --limit ${limit} ends here`] : [];
