'use client';
import { useParams, usePathname, useRouter, useSearchParams } from 'next/navigation';
import { useCallback, useMemo } from 'react';

/** Where one stands: project, environment, and addresses below them. */
export interface Place {
  project: string;
  environment: string;
  /** An address of this environment: `to('plans')`, `to('assets', id, 'columns')`. */
  to: (...parts: string[]) => string;
}

export function usePlace(): Place {
  const { project, environment } = useParams<{ project: string; environment: string }>();
  return useMemo(() => {
    const base = `/e/${project}/${environment}`;
    return {
      project: decodeURIComponent(project),
      environment: decodeURIComponent(environment),
      to: (...parts) => [base, ...parts.map(encodeURIComponent)].join('/'),
    };
  }, [project, environment]);
}

/** The address's query as state. Empty values leave it; `push` makes a step back possible. */
export function useQueryState(): [
  URLSearchParams,
  (change: Record<string, string | string[] | undefined>, push?: boolean) => void,
] {
  const router = useRouter();
  const path = usePathname();
  const now = useSearchParams();
  const set = useCallback(
    (change: Record<string, string | string[] | undefined>, push = false) => {
      const next = new URLSearchParams(location.search);
      for (const [name, value] of Object.entries(change)) {
        next.delete(name);
        for (const one of [value ?? []].flat()) if (one !== '') next.append(name, one);
      }
      const address = next.size > 0 ? `${path}?${next}` : path;
      if (push) router.push(address, { scroll: false });
      else window.history.replaceState(null, '', address);
    },
    [path, router],
  );
  return [now as unknown as URLSearchParams, set];
}
