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
  person: { id: string; name: string; email: string };
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
