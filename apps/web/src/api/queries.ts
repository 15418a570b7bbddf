'use client';
import {
  keepPreviousData,
  type UseInfiniteQueryResult,
  type UseQueryResult,
  type InfiniteData,
  useInfiniteQuery,
  useQuery,
} from '@tanstack/react-query';
import { type Asked, ask, download, fetchChecked, type InputOf, type OutputOf, type Refusal } from './client.ts';

/** Who is signed in, and what they may do at least somewhere. */
export interface Session {
  session: string;
  person: { id: string; name: string; email?: string };
  org: { id: string; name: string };
  permissions: string[];
  expiresAt: string;
}

export const useSession = (): UseQueryResult<Session, Refusal> =>
  useQuery<Session, Refusal>({
    queryKey: ['session'],
    queryFn: async () => (await fetchChecked('/auth/session')).json() as Promise<Session>,
    staleTime: 60_000,
  });

interface Options {
  enabled?: boolean;
  /** The answer never changes: it is addressed by its content. */
  forever?: boolean;
  keep?: boolean;
  refetchInterval?: number | false;
}

/** One operation's answer, kept fresh by facts of the event stream. */
export function useAsk<N extends Asked>(
  name: N,
  input: InputOf<N>,
  { enabled = true, forever = false, keep = false, refetchInterval = false }: Options = {},
): UseQueryResult<OutputOf<N>, Refusal> {
  return useQuery<OutputOf<N>, Refusal>({
    queryKey: [name, input],
    queryFn: ({ signal }) => ask(name, input, signal),
    enabled,
    refetchInterval,
    ...(forever && { staleTime: Infinity }),
    ...(keep && { placeholderData: keepPreviousData as never }),
  });
}

/** A JSON document that never changes. */
export const useDownload = <T>(name: Asked, input: object, enabled = true): UseQueryResult<T, Refusal> =>
  useQuery<T, Refusal>({
    queryKey: [name, input],
    queryFn: ({ signal }) => download<T>(name, input, signal),
    enabled,
    staleTime: Infinity,
    gcTime: 120_000,
  });

/** A list by cursor: pages are asked one after the other. */
export function usePages<N extends Asked>(
  name: N,
  input: InputOf<N>,
): UseInfiniteQueryResult<InfiniteData<OutputOf<N>>, Refusal> {
  return useInfiniteQuery<OutputOf<N>, Refusal, InfiniteData<OutputOf<N>>, readonly unknown[], string | undefined>({
    queryKey: [name, 'pages', input],
    queryFn: ({ pageParam, signal }) => ask(name, { ...(input as object), cursor: pageParam } as InputOf<N>, signal),
    initialPageParam: undefined,
    getNextPageParam: (page) => (page as { next?: string }).next,
    placeholderData: keepPreviousData as never,
  });
}

/** What a list has, up to a number of items: `isWhole` false when there is more. `first` is its first page. */
export interface Whole<N extends Asked> {
  items: ItemOf<N>[];
  isWhole: boolean;
  first: OutputOf<N>;
}
type ItemOf<N extends Asked> = OutputOf<N> extends { items: (infer T)[] } ? T : never;

/** A list by cursor, page after page, for what needs all of it at once. */
export const useWhole = <N extends Asked>(
  name: N,
  input: InputOf<N>,
  most: number,
  enabled = true,
): UseQueryResult<Whole<N>, Refusal> =>
  useQuery<Whole<N>, Refusal>({
    queryKey: [name, 'whole', input],
    queryFn: async ({ signal }) => {
      const pageAfter = (cursor?: string) => ask(name, { ...(input as object), cursor } as InputOf<N>, signal);
      const first = await pageAfter();
      let page = first as { items: ItemOf<N>[]; next?: string };
      const items = [...page.items];
      while (page.next !== undefined && items.length < most) {
        page = (await pageAfter(page.next)) as typeof page;
        items.push(...page.items);
      }
      return { items, isWhole: page.next === undefined, first };
    },
    enabled,
  });
