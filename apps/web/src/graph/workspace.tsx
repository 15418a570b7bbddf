'use client';
import { type ReactNode, useEffect, useState } from 'react';

export interface GraphState {
  query: URLSearchParams;
  set: (change: Record<string, string | undefined>, push?: boolean) => void;
}

/** The three parts of every scale: what is there on the left, the drawing, what is selected on the right. */
export function Workspace({
  tree,
  bar,
  detail,
  children,
}: {
  tree: ReactNode;
  bar: ReactNode;
  detail: ReactNode;
  children: ReactNode;
}) {
  return (
    <div className="graph">
      {tree}
      <div className="graph-main">
        {bar}
        {children}
      </div>
      {detail}
    </div>
  );
}

/** Whether the table is asked for: by the address, or because a phone has no room to draw. */
export function useTwin(query: URLSearchParams): boolean {
  const [isNarrow, setNarrow] = useState(false);
  useEffect(() => {
    const narrow = matchMedia('(max-width: 640px)');
    const hear = () => setNarrow(narrow.matches);
    hear();
    narrow.addEventListener('change', hear);
    return () => narrow.removeEventListener('change', hear);
  }, []);
  return isNarrow || query.get('twin') === 'table';
}
