'use client';
import type { Run, RunLine } from '@headgate/contracts';
import { ArrowDownToLine, ChevronDown, ChevronUp, Search, X } from 'lucide-react';
import { memo, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { useKeys } from '../shell/keys.ts';
import { useQueryState } from '../shell/place.tsx';
import { clock, count, nameOf, several } from '../ui/words.ts';
import { plain, stretchesOf } from './ansi.ts';
import { useFixedRows } from './fixed-rows.ts';
import { mostLines, useLogLines } from './log-lines.ts';
import { hasEnded } from './outcomes.ts';

const rowHeight = 20;

/** The run's log: live, by cursor, one line a row. Following releases as soon as one scrolls up. */
export function Log({ run, node, clearNode }: { run: Run; node: string | undefined; clearNode: () => void }) {
  const log = useLogLines(run.id, hasEnded(run));
  const [query, set] = useQueryState();
  const find = useDeferredValue(query.get('find') ?? '');
  const isOver = hasEnded(run);
  const shown = useMemo(
    () => (node ? log.lines.filter((line) => line.node === node) : log.lines.slice()),
    // The array grows in place: its length says that it changed.
    [log.lines, log.total, node],
  );
  const hits = useMemo(() => hitsOf(shown, find), [shown, find]);
  const [at, setAt] = useState(0);
  const hit = hits[Math.min(at, hits.length - 1)];
  const rows = useFixedRows(shown.length, rowHeight, !isOver);
  const { show } = rows;
  useEffect(() => {
    if (hit !== undefined) show(hit);
  }, [hit, show]);
  const line = query.get('line');
  const wanted = line === null ? -1 : shown.findIndex(({ seq }) => String(seq) === line);
  const isPlaced = useRef(false);
  useEffect(() => {
    if (wanted < 0 || isPlaced.current) return;
    isPlaced.current = true;
    show(wanted);
  }, [wanted, show]);
  useKeys({ '.': () => rows.follow() });
  const step = (by: number) =>
    hits.length > 0 && setAt((Math.min(at, hits.length - 1) + by + hits.length) % hits.length);
  return (
    <section className="run-log" aria-labelledby="log">
      <header className="run-bar">
        <h2 id="log">Log</h2>
        {node && (
          <button
            className="chip on"
            onClick={clearNode}
            aria-label={`Show every line, not only those of ${nameOf(node)}`}
          >
            <span className="cut">{nameOf(node)}</span> <X size={12} aria-hidden />
          </button>
        )}
        <label className="field">
          <Search size={14} aria-hidden />
          <input
            type="search"
            aria-label="Find in the log"
            placeholder="Find"
            value={query.get('find') ?? ''}
            onChange={(event) => (set({ find: event.target.value }), setAt(0))}
            onKeyDown={(event) => event.key === 'Enter' && step(event.shiftKey ? -1 : 1)}
          />
          {find && (
            <span className="t12 ink3 num" role="status" style={{ whiteSpace: 'nowrap' }}>
              {hits.length === 0 ? 'none' : `${Math.min(at, hits.length - 1) + 1} of ${hits.length}`}
            </span>
          )}
        </label>
        {hits.length > 1 && (
          <>
            <button className="button quiet small square" onClick={() => step(-1)} aria-label="Previous hit">
              <ChevronUp size={14} aria-hidden />
            </button>
            <button className="button quiet small square" onClick={() => step(1)} aria-label="Next hit">
              <ChevronDown size={14} aria-hidden />
            </button>
          </>
        )}
        <span className="grow" />
        <span className="t12 ink3 num mid-only">
          {log.isAtMost ? `the first ${count(mostLines)} lines` : several(shown.length, 'line')}
        </span>
        {!isOver && (
          <button className="button small" aria-pressed={rows.isFollowing} onClick={rows.follow} title="Follow, .">
            <ArrowDownToLine size={14} aria-hidden /> {rows.isFollowing ? 'Following' : 'Follow'}
          </button>
        )}
      </header>
      <div
        className="log scroll"
        ref={rows.box}
        onScroll={rows.onScroll}
        tabIndex={0}
        role="region"
        aria-label="Lines of the log"
      >
        <div style={{ height: shown.length * rowHeight, position: 'relative' }}>
          <div style={{ transform: `translateY(${rows.from * rowHeight}px)` }}>
            {shown.slice(rows.from, rows.to).map((one, offset) => (
              <Line
                key={one.seq}
                line={one}
                number={rows.from + offset + 1}
                find={find}
                isHit={rows.from + offset === hit || rows.from + offset === wanted}
                link={set}
              />
            ))}
          </div>
        </div>
        {shown.length === 0 && (
          <p className="log-none">{isOver ? 'It wrote no line.' : 'Waiting for the first line.'}</p>
        )}
      </div>
    </section>
  );
}

function hitsOf(lines: RunLine[], find: string): number[] {
  const wanted = find.toLowerCase();
  if (!wanted) return [];
  return lines.flatMap(({ text }, index) => (plain(text).toLowerCase().includes(wanted) ? [index] : []));
}

interface LineProps {
  line: RunLine;
  number: number;
  find: string;
  isHit: boolean;
  link: (change: Record<string, string>) => void;
}

const Line = memo(function Line({ line, number, find, isHit, link }: LineProps) {
  return (
    <div className={`log-line ${line.level} ${isHit ? 'found' : ''}`} data-seq={line.seq}>
      <button onClick={() => link({ line: String(line.seq) })} aria-label={`Link to line ${number}`} tabIndex={-1}>
        {number}
      </button>
      <time title={line.at}>{clock(line.at)}</time>
      <i>{line.node ? nameOf(line.node) : ''}</i>
      <span>
        {stretchesOf(line.text).map(({ text, colour, bold }, index) => (
          <span key={index} className={`${colour && `ansi-${colour}`} ${bold ? 'strong' : ''}`}>
            {find ? <Found text={text} find={find} /> : text}
          </span>
        ))}
      </span>
    </div>
  );
});

function Found({ text, find }: { text: string; find: string }) {
  const at = text.toLowerCase().indexOf(find.toLowerCase());
  if (at < 0) return text;
  return (
    <>
      {text.slice(0, at)}
      <mark>{text.slice(at, at + find.length)}</mark>
      {text.slice(at + find.length)}
    </>
  );
}
