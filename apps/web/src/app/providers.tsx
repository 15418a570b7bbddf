'use client';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Refusal } from '../api/client.ts';
import { ToastProvider } from '../ui/toast.tsx';

const worthAnotherTry = (count: number, error: Error): boolean =>
  error instanceof Refusal && (error.status === 0 || error.status >= 500 || error.status === 429) && count < 20;

export function Providers({ children }: { children: ReactNode }) {
  const [client] = useState(
    () =>
      new QueryClient({
        defaultOptions: {
          queries: {
            staleTime: 15_000,
            retry: worthAnotherTry,
            retryDelay: (count) => Math.min(4000, 500 * 2 ** count),
            refetchOnWindowFocus: false,
          },
        },
      }),
  );
  return (
    <QueryClientProvider client={client}>
      <ToastProvider>{children}</ToastProvider>
    </QueryClientProvider>
  );
}
