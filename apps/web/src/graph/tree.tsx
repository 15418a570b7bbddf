'use client';
import { ChevronRight, Search } from 'lucide-react';
import { type ReactNode, useDeferredValue, useMemo, useState } from 'react';
import { useAsk } from '../api/queries.ts';
import { usePlace } from '../shell/place.tsx';
import { AssetIcon } from '../ui/marks.tsx';
import { count, nameOf } from '../ui/words.ts';
import type { DrawnNode } from './drawn.ts';

/** A search over all assets; below it what is in view, while nothing is searched for. */
export function Finder({
  choose,
  label,
  children,
}: {
  choose: (id: string) => void;
  label: string;
  children: ReactNode;
}) {
  const [text, setText] = useState('');
  return (
    <aside className="graph-tree" aria-label={label}>
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
        {text.trim() ? <Found q={text.trim()} choose={(id) => (setText(''), choose(id))} /> : children}
      </div>
    </aside>
  );
}

/** The nodes in view by folder. */
export function Tree({
  nodes,
  selected,
  select,
  focus,
}: {
  nodes: readonly (DrawnNode & { path?: string })[];
  selected: string;
  select: (id: string) => void;
  focus: (id: string) => void;
}) {
  const folders = useMemo(() => {
    const found = new Map<string, typeof nodes>();
    for (const node of nodes) {
      const folder = node.path?.split('/').slice(0, -1).join('/') || node.type;
      found.set(folder, [...(found.get(folder) ?? []), node]);
    }
    return [...found].sort(([one], [other]) => (one < other ? -1 : 1));
  }, [nodes]);
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const flip = (folder: string) =>
    setClosed(new Set(closed.has(folder) ? [...closed].filter((one) => one !== folder) : [...closed, folder]));
  return folders.map(([folder, members]) => (
    <div key={folder} className="tree-group">
      <h2>
        <button title={folder} aria-expanded={!closed.has(folder)} onClick={() => flip(folder)}>
          <ChevronRight size={12} aria-hidden />
          <span className="cut grow">{folder}</span> <span className="num">{members.length}</span>
        </button>
      </h2>
      {!closed.has(folder) &&
        members.map((node) => (
          <button
            key={node.id}
            className="leaf"
            aria-pressed={node.id === selected}
            title={node.id}
            onClick={() => select(node.id)}
            onDoubleClick={() => focus(node.id)}
          >
            <AssetIcon type={node.type} built={node.materialization} />
            <span className="cut">{nameOf(node.id)}</span>
          </button>
        ))}
    </div>
  ));
}

function Found({ q, choose }: { q: string; choose: (id: string) => void }) {
  const { project, environment } = usePlace();
  const found = useAsk('assetsSearch', { project, environment, q: useDeferredValue(q), limit: 20 }, { keep: true });
  return (
    <div className="tree-group">
      <h2 role="status">
        {!found.data
          ? 'Searching'
          : found.data.total === 0
            ? 'Nothing has this name'
            : `${count(found.data.total)} found`}
      </h2>
      {(found.data?.items ?? []).map((hit) => (
        <button key={hit.id} className="leaf" onClick={() => choose(hit.id)} title={hit.id}>
          <AssetIcon type={hit.type} built={hit.materialization} />
          <span className="cut">{hit.name}</span>
        </button>
      ))}
    </div>
  );
}
