'use client';
import type { Run, RunNode } from '@headgate/contracts';
import { useMemo } from 'react';
import { stateLook } from '../ui/marks.tsx';
import { Empty } from '../ui/blocks.tsx';
import { clock, duration, nameOf, several } from '../ui/words.ts';
import { criticalPath, lanesOf } from './lanes.ts';
import { hasEnded, outcomeOf } from './outcomes.ts';

interface Props {
  run: Run;
  nodes: RunNode[];
  inputs: ReadonlyMap<string, readonly string[]>;
  now: number;
  chosen: string | undefined;
  choose: (node: string) => void;
}
const laneHeight = 46;
const ticks = 5;

/** Lanes by thread: when each node ran, what the run waited for. */
export function Timeline({ run, nodes, inputs, now, chosen, choose }: Props) {
  const isOver = hasEnded(run);
  const until = run.finishedAt ? Date.parse(run.finishedAt) : now;
  // dbt reads the project before its first node: the drawing begins where the building begins.
  const beganAt = Math.min(...nodes.flatMap(({ startedAt }) => (startedAt ? [Date.parse(startedAt)] : [])), until);
  const { spans, lanes } = useMemo(
    () => lanesOf(nodes, beganAt, isOver ? undefined : until),
    [nodes, beganAt, until, isOver],
  );
  const path = useMemo(() => criticalPath(spans, inputs), [spans, inputs]);
  const whole = Math.max(1000, ...spans.map(({ to }) => to)) * (isOver ? 1 : 1.15);
  const waiting = nodes.filter(({ startedAt }) => !startedAt).length;
  const at = (ms: number) => `${(100 * ms) / whole}%`;
  if (spans.length === 0)
    return (
      <Empty title={isOver ? 'Nothing was built' : 'dbt has not come to a node yet'}>
        {isOver
          ? 'The log says what happened instead.'
          : 'It reads the project first; the log below shows how far it is.'}
      </Empty>
    );
  return (
    <div className="timeline scroll" tabIndex={0} role="region" aria-label="Timeline">
      <div className="timeline-head" aria-hidden>
        {Array.from({ length: ticks + 1 }, (_, tick) => (
          <span key={tick} style={{ left: at((whole * tick) / ticks) }}>
            {tick === 0 ? clock(new Date(beganAt).toISOString()) : `+${duration((whole * tick) / ticks)}`}
          </span>
        ))}
      </div>
      {Array.from({ length: lanes }, (_, lane) => (
        <div className="lane" key={lane} style={{ height: laneHeight }}>
          <span className="lane-name">
            Thread {lane + 1}
            <small>{several(spans.filter((span) => span.lane === lane).length, 'node')}</small>
          </span>
          <div className="lane-track">
            {spans
              .filter((span) => span.lane === lane)
              .map(({ node, from, to }) => (
                <button
                  key={node.node}
                  className={`span ${barOf(node, isOver)} ${path.has(node.node) ? 'critical' : ''}`}
                  style={{ left: at(from), width: at(to - from) }}
                  aria-pressed={node.node === chosen}
                  title={`${nameOf(node.node)}, ${duration(to - from)}`}
                  onClick={() => choose(node.node)}
                >
                  <small>{nameOf(node.node)}</small>
                  <i>{duration(to - from)}</i>
                  <span className="unseen">
                    , {stateLook(node.status)[2].toLowerCase()}
                    {path.has(node.node) && ', on the critical path'}
                  </span>
                </button>
              ))}
          </div>
        </div>
      ))}
      {waiting > 0 && <p className="t12 ink3 lane-rest">{several(waiting, 'node')} not started</p>}
    </div>
  );
}

const barOf = ({ status }: RunNode, isOver: boolean): string => {
  const outcome = outcomeOf(status);
  return outcome === 'run' && isOver ? 'skip' : outcome;
};
