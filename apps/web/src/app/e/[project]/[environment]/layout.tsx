import type { ReactNode } from 'react';
import { LiveProvider } from '../../../../api/live.tsx';
import { Shell } from '../../../../shell/shell.tsx';

export default function EnvironmentLayout({ children }: { children: ReactNode }) {
  return (
    <LiveProvider>
      <Shell>{children}</Shell>
    </LiveProvider>
  );
}
