'use client';
import { Download, Table2, Workflow } from 'lucide-react';
import type { Drawn } from './drawing.tsx';
import type { GraphState } from './graph.tsx';
import { csvOf, save } from './export.ts';

interface Props extends GraphState {
  up?: number;
  down?: number;
  drawn?: Drawn | undefined;
}

/** What is drawn and how deep. */
export function Bar({ query, set, up, down, drawn }: Props) {
  const root = query.get('root') ?? '';
  const view = query.get('view') ?? (root ? 'focus' : 'map');
  const isTable = query.get('twin') === 'table';
  return (
    <div className="graph-bar">
      <div className="segments" role="group" aria-label="Scale">
        <button aria-pressed={view === 'map'} onClick={() => set({ view: 'map' })}>
          Map
        </button>
        <button aria-pressed={view === 'group'} onClick={() => set({ view: 'group' })}>
          Group
        </button>
        <button
          aria-pressed={view === 'focus'}
          onClick={() => root && set({ view: undefined })}
          aria-disabled={!root}
          title={root ? '' : 'Choose an asset first'}
        >
          Focus
        </button>
      </div>
      <div className="segments" role="group" aria-label="Form">
        <button aria-pressed={!isTable} onClick={() => set({ twin: undefined })}>
          <Workflow size={14} aria-hidden /> Drawing
        </button>
        <button aria-pressed={isTable} onClick={() => set({ twin: 'table' })} title="t">
          <Table2 size={14} aria-hidden /> Table
        </button>
      </div>
      {up !== undefined && down !== undefined && (
        <>
          <Depth name="Up" value={up} set={(value) => set({ up: value })} />
          <Depth name="Down" value={down} set={(value) => set({ down: value })} />
          <label className="check mid-only">
            <input
              type="checkbox"
              checked={query.get('tests') === '1'}
              onChange={(event) => set({ tests: event.target.checked ? '1' : undefined })}
            />
            Tests
          </label>
        </>
      )}
      <span className="grow" />
      {drawn && (
        <button
          className="button quiet"
          onClick={() => save('graph.csv', new Blob([csvOf(drawn)], { type: 'text/csv' }))}
        >
          <Download size={14} aria-hidden /> CSV
        </button>
      )}
    </div>
  );
}

function Depth({ name, value, set }: { name: string; value: number; set: (value: string) => void }) {
  return (
    <label className="row t12 strong">
      {name}
      <input
        type="range"
        min={0}
        max={6}
        value={Math.min(6, value)}
        onChange={(event) => set(event.target.value)}
        aria-label={`${name}stream depth`}
      />
      <span className="num">{value}</span>
    </label>
  );
}
