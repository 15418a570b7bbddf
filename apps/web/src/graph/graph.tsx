'use client';
import dynamic from 'next/dynamic';
import { useQueryState } from '../shell/place.tsx';
import { Bones } from '../ui/blocks.tsx';

const loading = () => <Bones rows={8} label="Loading the drawing" />;
// Each scale is large enough to be loaded alone.
const SnapshotMap = dynamic(() => import('./map.tsx').then((part) => part.SnapshotMap), { ssr: false, loading });
const Groups = dynamic(() => import('./groups.tsx').then((part) => part.Groups), { ssr: false, loading });
const Focus = dynamic(() => import('./focus.tsx').then((part) => part.Focus), { ssr: false, loading });

/** What feeds this, what breaks after it? All of it is in the address. */
export function Graph() {
  const [query, set] = useQueryState();
  const root = query.get('root') ?? '';
  const view = query.get('view') ?? (root ? 'focus' : 'map');
  return (
    <div className="fixed">
      <h1 className="unseen">Graph</h1>
      {view === 'focus' && root ? (
        <Focus root={root} query={query} set={set} />
      ) : view === 'group' ? (
        <Groups query={query} set={set} />
      ) : (
        <SnapshotMap query={query} set={set} />
      )}
    </div>
  );
}
