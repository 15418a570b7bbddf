'use client';
import type { LineageEdge, LineageState } from '@headgate/contracts';
import { Crosshair } from 'lucide-react';
import Link from 'next/link';
import { usePlace } from '../shell/place.tsx';
import { nameOf } from '../ui/words.ts';
import { type ColumnLineage, endWord } from './column-lineage.ts';
import type { GraphState } from './workspace.tsx';

interface Props {
  lineage: ColumnLineage | undefined;
  state: LineageState | undefined;
  root: string;
  column: string | undefined;
  /** The URN of a card. */
  selected: string;
  set: GraphState['set'];
}

/** What one column, or the selected asset, takes from others and gives to them. */
export function ColumnDetail({ lineage, state, root, column, selected, set }: Props) {
  const place = usePlace();
  const node = lineage?.nodes.find(({ urn }) => urn === selected);
  if (!lineage || !node) return <aside className="graph-detail panel" aria-label="Nothing is selected" />;
  const isOwn = (end: { urn: string; column?: string }) =>
    end.urn === selected && (!column || selected !== lineage.root || end.column === column || end.column === undefined);
  const names = new Map(lineage.nodes.map((one) => [one.urn, one.name]));
  const id = node.id ?? '';
  return (
    <aside className="graph-detail panel scroll" aria-label={node.name} tabIndex={0}>
      <section>
        <p className="t12 ink3">{node.type ?? 'relation'}</p>
        <h2 className="cut" style={{ margin: '2px 0 4px' }} title={node.urn}>
          {node.name}
        </h2>
        {column && selected === lineage.root && <code>{column}</code>}
        {id && (
          <div className="row wrap" style={{ marginTop: 10, gap: 6 }}>
            <Link className="button small primary" href={place.to('assets', id, 'columns')}>
              Open asset
            </Link>
            {id !== root && (
              <button
                className="button small"
                onClick={() => set({ root: id, column: undefined, sel: undefined }, true)}
                title="e"
              >
                <Crosshair size={14} aria-hidden /> Its columns
              </button>
            )}
          </div>
        )}
      </section>
      <Edges word="Comes from" edges={lineage.edges.filter(({ to }) => isOwn(to))} end="from" names={names} />
      <Edges word="Goes to" edges={lineage.edges.filter(({ from }) => isOwn(from))} end="to" names={names} />
      {node.notes.length > 0 && (
        <section>
          <h3>Not understood</h3>
          {node.notes.slice(0, 5).map(({ message, position }, at) => (
            <p key={at} className="t12 ink2">
              {message}
              {position && `, line ${position.line}`}
            </p>
          ))}
        </section>
      )}
      <dl className="pairs body">
        <dt>Worked out</dt>
        <dd>
          {state?.status === 'complete' ? 'for the newest snapshot' : (state?.reason ?? state?.status ?? 'not yet')}
        </dd>
        <dt>In Focus</dt>
        <dd>
          <button className="link" onClick={() => set({ columns: undefined, column: undefined, sel: undefined })}>
            {nameOf(root)} without columns
          </button>
        </dd>
      </dl>
    </aside>
  );
}

const most = 20;

function Edges({
  word,
  edges,
  end,
  names,
}: {
  word: string;
  edges: LineageEdge[];
  end: 'from' | 'to';
  names: ReadonlyMap<string, string>;
}) {
  const other = end === 'from' ? 'to' : 'from';
  return (
    <section>
      <h3>
        {word} <span className="ink3 t12">{edges.length}</span>
      </h3>
      {edges.length === 0 && <p className="t12 ink3">Nothing that is known.</p>}
      {edges.slice(0, most).map((edge, at) => (
        <p className="t12 row between" key={at} style={{ minHeight: 24 }}>
          <span className="cut" title={`${endWord(edge[other].column)}: ${edge.kind}`}>
            {names.get(edge[end].urn) ?? edge[end].urn} <code>{endWord(edge[end].column)}</code>
          </span>
          <span className="ink3">{edge.kind}</span>
        </p>
      ))}
      {edges.length > most && <p className="t12 ink3">and {edges.length - most} more</p>}
    </section>
  );
}
