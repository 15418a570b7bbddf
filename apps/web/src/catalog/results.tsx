import type { ReactNode } from 'react';
import { Preview } from './preview.tsx';

/** The list in the middle, and what its chosen row is. */
export function Results({ chosen, children }: { chosen: string | undefined; children: ReactNode }) {
  return (
    <>
      <div className="scroll hits" tabIndex={0} role="region" aria-label="Results">
        {children}
      </div>
      {chosen && <Preview id={chosen} />}
    </>
  );
}
