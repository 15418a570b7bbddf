'use client';
import type { NodeChange } from '@headgate/contracts';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef } from 'react';
import { Bones, Empty, Refused } from '../ui/blocks.tsx';
import { AssetIcon } from '../ui/marks.tsx';
import { useNow } from '../ui/now.ts';
import { ago, several, short } from '../ui/words.ts';
import { useChanges } from './use-changes.ts';
import type { GraphState } from './workspace.tsx';

/** Which snapshot is compared with, and what came of it in one line. */
export function ChangesBar({ query, set }: GraphState) {
  const { earlier, from, counts, isAlone, error } = useChanges(query, true);
  const now = useNow(60_000);
  const isList = query.get('twin') === 'changes';
  return (
    <div className="graph-bar second">
      {isAlone ? (
        <span className="ink2">There is one snapshot only: nothing to compare it with yet.</span>
      ) : (
        <>
          <label className="field lens">
            Since
            <select value={from ?? ''} onChange={(event) => set({ from: event.target.value })}>
              {earlier.map(({ snapshot, createdAt, seq }) => (
                <option key={`${snapshot}${seq}`} value={snapshot}>
                  {short(snapshot)}, {now > 0 ? ago(createdAt, now) : ''}
                </option>
              ))}
            </select>
          </label>
          <span className="ink2 num" role="status">
            {error ? error.message : counts ? sentenceOf(counts) : 'Comparing'}
          </span>
          <span className="grow" />
          <button className="button small" onClick={() => set({ twin: isList ? undefined : 'changes' })}>
            {isList ? 'Show the drawing' : 'List of changes'}
          </button>
        </>
      )}
    </div>
  );
}

type Counts = NonNullable<ReturnType<typeof useChanges>['counts']>;

/** Only what there is; the rest would be noise. */
export function sentenceOf(counts: Counts): string {
  const parts = [
    ...[[counts.added, 'added'] as const, [counts.changed, 'changed'] as const, [counts.removed, 'removed'] as const],
    [counts.edgesAdded + counts.edgesRemoved, 'edges'] as const,
    [counts.columnsAdded + counts.columnsRemoved + counts.columnsChanged, 'columns'] as const,
    [counts.config, 'config keys'] as const,
  ].flatMap(([many, word]) => (many > 0 ? [`${many} ${many === 1 ? word.replace(/s$/, '') : word}`] : []));
  return parts.join(', ') || 'Nothing differs';
}

/** What differs in a node, in words. */
export function differencesOf(change: NodeChange): string[] {
  const list = (words: string[] | undefined, sign: string) => (words ?? []).map((word) => `${sign}${word}`).join(', ');
  const some = (word: string, ...lists: string[]) => {
    const all = lists.filter(Boolean).join(', ');
    return all ? [`${word} ${all}`] : [];
  };
  return [
    ...(change.fields ?? []),
    ...some(
      'columns',
      list(change.columnsAdded, '+'),
      list(change.columnsRemoved, '−'),
      list(change.columnsChanged, '~'),
    ),
    ...some('config', list(change.config, '')),
    ...some('reads', list(change.parentsAdded, '+'), list(change.parentsRemoved, '−')),
  ];
}

const words = {
  added: ['is-ok', '+ Added'],
  changed: ['is-warn', '~ Changed'],
  removed: ['is-bad', '− Removed'],
} as const;

/** Every node that differs, one line each. */
export function Changes({ query, set, focus }: GraphState & { focus: (id: string) => void }) {
  const { items, data, error, isAlone } = useChanges(query, true);
  const only = query.get('only') ?? '';
  const shown = useMemo(() => items.filter(({ change }) => !only || change === only), [items, only]);
  const box = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    ...{ count: shown.length, getScrollElement: () => box.current, estimateSize: () => 32, overscan: 10 },
  });
  if (error && !data) return <Refused error={error} />;
  if (isAlone)
    return <Empty title="There is nothing to compare with">The next snapshot can be compared with this one.</Empty>;
  if (!data) return <Bones label="Comparing the snapshots" />;
  if (items.length === 0)
    return <Empty title="Nothing differs">Both snapshots have the same nodes, columns and edges.</Empty>;
  const rows = virtual.getVirtualItems();
  return (
    <div className="scroll" ref={box} tabIndex={0} role="region" aria-label="Changes between the snapshots">
      <div className="tools" style={{ padding: '8px 12px' }}>
        <div className="segments" role="group" aria-label="Which changes">
          {['', 'added', 'changed', 'removed'].map((one) => (
            <button key={one} aria-pressed={only === one} onClick={() => set({ only: one })}>
              {one || 'all'}
            </button>
          ))}
        </div>
        <span className="t12 ink3">
          {several(shown.length, 'node')}
          {!data.isWhole && ', the first of more'}
        </span>
      </div>
      <table className="table" aria-rowcount={shown.length + 1}>
        <colgroup>
          <col style={{ width: '32%' }} />
          <col style={{ width: 110 }} />
          <col />
        </colgroup>
        <thead>
          <tr>
            <th scope="col">Asset</th>
            <th scope="col">Change</th>
            <th scope="col">What differs</th>
          </tr>
        </thead>
        <tbody>
          <Gap height={rows[0]?.start ?? 0} />
          {rows.map(({ index }) => (
            <Row key={shown[index]!.id} change={shown[index]!} index={index} focus={focus} />
          ))}
          <Gap height={virtual.getTotalSize() - (rows.at(-1)?.end ?? 0)} />
        </tbody>
      </table>
    </div>
  );
}

const Gap = ({ height }: { height: number }) =>
  height > 0 && (
    <tr aria-hidden className="gap">
      <td colSpan={3} style={{ height, padding: 0, border: 0 }} />
    </tr>
  );

function Row({ change, index, focus }: { change: NodeChange; index: number; focus: (id: string) => void }) {
  const [className, word] = words[change.change];
  const differences =
    differencesOf(change).join('; ') || (change.change === 'changed' ? 'order only' : 'the whole node');
  return (
    <tr aria-rowindex={index + 2}>
      <td className="name">
        <AssetIcon type={change.type} />
        {change.change === 'removed' ? (
          <span className="cut" title={change.id}>
            {change.name}
          </span>
        ) : (
          <button title={change.id} onClick={() => focus(change.id)}>
            {change.name}
          </button>
        )}
      </td>
      <td>
        <span className={`state bare ${className}`}>{word}</span>
      </td>
      <td className="ink2" title={differences}>
        {differences}
      </td>
    </tr>
  );
}
