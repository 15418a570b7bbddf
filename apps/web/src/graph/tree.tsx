'use client';
import { Search } from 'lucide-react';
import { useDeferredValue, useState } from 'react';
import { useAsk } from '../api/queries.ts';
import { usePlace } from '../shell/place.tsx';
import { AssetIcon } from '../ui/marks.tsx';
import { nameOf } from '../ui/words.ts';
import type { DrawnNode } from './drawing.tsx';

interface Props {
  nodes: (DrawnNode & { path?: string })[];
  selected: string;
  select: (id: string) => void;
  focus: (id: string) => void;
}

/** The nodes in view by folder, and a search over all of them. */
export function Tree({ nodes, selected, select, focus }: Props) {
  const [text, setText] = useState('');
  const folders = new Map<string, Props['nodes']>();
  for (const node of nodes) {
    const folder = node.path?.split('/').slice(0, -1).join('/') || node.type;
    folders.set(folder, [...(folders.get(folder) ?? []), node]);
  }
  return (
    <aside className="graph-tree" aria-label="Nodes in view">
      <div className="graph-find">
        <label className="field">
          <Search size={14} aria-hidden />
          <input
            type="search"
            aria-label="Find an asset"
            placeholder="Name"
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          <kbd>/</kbd>
        </label>
      </div>
      <div className="scroll" tabIndex={0} role="region" aria-label="Nodes">
        {text.trim() ? (
          <Found q={text.trim()} focus={(id) => (setText(''), focus(id))} />
        ) : (
          [...folders]
            .sort(([one], [other]) => (one < other ? -1 : 1))
            .map(([folder, members]) => (
              <div key={folder} className="tree-group">
                <h2 title={folder}>
                  <span className="cut">{folder}</span> <span className="num">{members.length}</span>
                </h2>
                {members.map((node) => (
                  <button
                    key={node.id}
                    className="leaf"
                    aria-pressed={node.id === selected}
                    onClick={() => select(node.id)}
                    onDoubleClick={() => focus(node.id)}
                  >
                    <AssetIcon type={node.type} built={node.materialization} />
                    <span className="cut">{nameOf(node.id)}</span>
                  </button>
                ))}
              </div>
            ))
        )}
      </div>
    </aside>
  );
}

function Found({ q, focus }: { q: string; focus: (id: string) => void }) {
  const { project, environment } = usePlace();
  const found = useAsk('assetsSearch', { project, environment, q: useDeferredValue(q), limit: 20 }, { keep: true });
  return (
    <div className="tree-group">
      <h2>{found.data ? `${found.data.total} found` : 'Searching'}</h2>
      {(found.data?.items ?? []).map((hit) => (
        <button key={hit.id} className="leaf" onClick={() => focus(hit.id)}>
          <AssetIcon type={hit.type} built={hit.materialization} />
          <span className="cut">{hit.name}</span>
        </button>
      ))}
    </div>
  );
}
