'use client';
import { Columns3, FlaskConical, GitCompareArrows, type LucideIcon, Table2 } from 'lucide-react';
import dynamic from 'next/dynamic';
import type { Outputs } from './export-menu.tsx';
import { lenses, type LensName } from './lens.ts';
import type { GraphState } from './workspace.tsx';

// Who takes nothing along need not load how.
const ExportMenu = dynamic(() => import('./export-menu.tsx').then((part) => part.ExportMenu), { ssr: false });

interface Props extends GraphState {
  view: 'map' | 'group' | 'focus';
  isTable: boolean;
  /** The lens in use; none where there is none. */
  lens?: LensName;
  up?: number;
  down?: number;
  outputs?: Outputs | undefined;
}

/** What is drawn, how deep, and what its colours say. */
export function Bar({ query, set, view, isTable, lens, up, down, outputs }: Props) {
  const root = query.get('root') ?? '';
  const isFocus = view === 'focus';
  const on = (name: string) => query.get(name) === '1';
  const flip = (name: string) => set({ [name]: on(name) ? undefined : '1' });
  return (
    <div className="graph-bar">
      <div className="segments" role="group" aria-label="Scale">
        <button aria-pressed={view === 'map'} onClick={() => set({ view: 'map', sel: undefined }, true)}>
          Map
        </button>
        <button aria-pressed={view === 'group'} onClick={() => set({ view: 'group', sel: undefined }, true)}>
          Group
        </button>
        <button
          aria-pressed={isFocus}
          onClick={() => root && set({ view: undefined }, true)}
          aria-disabled={!root}
          title={root ? '' : 'Choose an asset first'}
        >
          Focus
        </button>
      </div>
      {up !== undefined && down !== undefined && (
        <>
          <Depth name="Up" keys="[ ]" value={up} set={(value) => set({ up: value })} />
          <Depth name="Down" keys="{ }" value={down} set={(value) => set({ down: value })} />
        </>
      )}
      <span className="grow" />
      {lens && (
        <label className="field lens" title="Lens, l">
          Lens
          <select value={lens} onChange={(event) => set({ lens: event.target.value })}>
            {lenses.map(([name, word]) => (
              <option key={name} value={name}>
                {word}
              </option>
            ))}
          </select>
        </label>
      )}
      <span className="row" style={{ gap: 2 }}>
        <Toggle
          Icon={Table2}
          word="Table"
          keys="t"
          isOn={isTable}
          flip={() => set({ twin: isTable ? undefined : 'table' })}
        />
        {isFocus && (
          <>
            {lens && <Toggle Icon={FlaskConical} word="Tests" isOn={on('tests')} flip={() => flip('tests')} />}
            <Toggle
              Icon={Columns3}
              word="Columns"
              keys="c"
              isOn={on('columns')}
              flip={() => set({ columns: on('columns') ? undefined : '1', column: undefined, sel: undefined }, true)}
            />
          </>
        )}
        {lens && (
          <Toggle
            Icon={GitCompareArrows}
            word="Compare"
            keys="d"
            isOn={lens === 'change'}
            flip={() => set({ lens: lens === 'change' ? undefined : 'change', from: undefined })}
          />
        )}
        {outputs && <ExportMenu outputs={outputs} />}
      </span>
    </div>
  );
}

interface ToggleProps {
  Icon: LucideIcon;
  word: string;
  keys?: string;
  isOn: boolean;
  flip: () => void;
}
const Toggle = ({ Icon, word, keys, isOn, flip }: ToggleProps) => (
  <button
    className="button quiet tool"
    aria-pressed={isOn}
    aria-label={word}
    title={keys ? `${word}, ${keys}` : word}
    onClick={flip}
  >
    <Icon size={14} aria-hidden /> <span className="word">{word}</span>
  </button>
);

function Depth({
  name,
  keys,
  value,
  set,
}: {
  name: string;
  keys: string;
  value: number;
  set: (value: string) => void;
}) {
  return (
    <label className="row t12 strong" title={`${name}stream depth, ${keys}`}>
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
