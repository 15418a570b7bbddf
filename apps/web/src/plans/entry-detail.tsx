'use client';
import type { PlanEntry, PlanLine, PlansEntryOutput, PlanSide } from '@headgate/contracts';
import { ArrowDown, CircleDot } from 'lucide-react';
import Link from 'next/link';
import { useState } from 'react';
import { useAsk } from '../api/queries.ts';
import { usePlace } from '../shell/place.tsx';
import { Answer } from '../ui/blocks.tsx';
import { CopyButton, Diff, Sql } from '../ui/code.tsx';
import { brief, nameOf } from '../ui/words.ts';
import { chainOf, changedParts, partName } from './reasons.ts';

interface Props {
  id: string;
  /** The rows that are here already, for the chain. */
  lines: ReadonlyMap<string, PlanLine>;
  plan: string;
}

/** The reason, then the proof: the chain on the left, what changed on the right. Asked for when a row is opened. */
export function EntryDetail({ id, lines, plan }: Props) {
  const own = useAsk('plansEntry', { plan, node: id }, { forever: true });
  return (
    <Answer of={own} bones={4}>
      {(found) => <Why own={found} lines={lines} plan={plan} />}
    </Answer>
  );
}

function Why({ own, lines, plan }: { own: PlansEntryOutput; lines: Props['lines']; plan: string }) {
  const place = usePlace();
  const { entry } = own;
  const from = entry.cause[0] ?? entry.id;
  const cause = useAsk('plansEntry', { plan, node: from }, { enabled: from !== entry.id, forever: true });
  // What changed may be an input without a verdict of its own: then the node's own change is the proof.
  const isOwn = from === entry.id || cause.isError;
  const root = isOwn ? own : cause.data;
  const chain = chainOf(entry, lines, root?.entry);
  const command = `headgate explain ${nameOf(entry.id)}`;
  return (
    <div className="why">
      <div>
        <h3>{entry.verdict === 'SKIP' ? 'Why it stays' : 'Why it runs'}</h3>
        <ol className="chain">
          {chain.map((step, index) => (
            <li key={index}>
              <span className="dot">
                {index === chain.length - 1 ? <CircleDot size={10} aria-hidden /> : <ArrowDown size={10} aria-hidden />}
              </span>
              <b>{step.text}</b>
              <span className="proof">{step.evidence}</span>
            </li>
          ))}
        </ol>
        {entry.deferred && <ReadElsewhere ids={entry.deferred} plan={plan} />}
      </div>
      <div>{root ? <RootChange root={root} /> : <p className="t12 ink3">Reading where the change began</p>}</div>
      <div className="why-foot">
        <Link className="link" href={place.to('assets', entry.id, 'overview')}>
          Open {nameOf(entry.id)}
        </Link>
        <Link className="link" href={`${place.to('graph')}?root=${encodeURIComponent(entry.id)}`}>
          See it in the graph
        </Link>
        {entry.evidence.state && (
          <Link className="link" href={place.to('runs', entry.evidence.state.run)}>
            Last build, run {brief(entry.evidence.state.run)}
          </Link>
        )}
        <span className="grow" />
        <code className="mid-only">{command}</code>
        <CopyButton text={command} label="Copy the command" />
      </div>
    </div>
  );
}

/** What is not built here is read from another environment. */
function ReadElsewhere({ ids, plan }: { ids: readonly string[]; plan: string }) {
  const { header } = useAsk('plansEntries', { plan, limit: 1 }, { forever: true }).data ?? {};
  return (
    <p className="t12 ink2">
      Deferred to {header?.defer?.environment ?? 'another environment'}: it reads {ids.map(nameOf).join(', ')} from
      there
    </p>
  );
}

type View = 'sql' | 'config' | 'digests';

/** The node where the change began, as the last build saw it and as it is now. */
function RootChange({ root: { entry: root, before: then, after: now } }: { root: PlansEntryOutput }) {
  const [view, setView] = useState<View>();
  const configs = changedParts(root).some(({ part }) => part === 'configs' || part === 'contract');
  const body = changedParts(root).some(({ part }) => part === 'body');
  const chosen: View = view ?? (configs && !body ? 'config' : now?.code ? 'sql' : 'digests');
  return (
    <>
      <h3 className="row">
        {root.verdict === 'SKIP' ? 'What it is' : 'Root change'}
        <span className="ink3 t12 cut">{now?.path ?? nameOf(root.id)}</span>
        <span className="grow" />
        <span className="segments" role="group" aria-label="View">
          {(['sql', 'config', 'digests'] as const).map((one) => (
            <button key={one} aria-pressed={chosen === one} onClick={() => setView(one)}>
              {{ sql: 'SQL', config: 'Config', digests: 'Digests' }[one]}
            </button>
          ))}
        </span>
      </h3>
      {chosen === 'digests' ? <Digests entry={root} /> : <Texts now={now} then={then} view={chosen} />}
    </>
  );
}

function Texts({ now, then, view }: { now: PlanSide | undefined; then: PlanSide | undefined; view: 'sql' | 'config' }) {
  if (!now)
    return <p className="t12 ink2">The manifest of this snapshot does not name it; its digests say what changed.</p>;
  const text = (node: PlanSide) => (view === 'sql' ? (node.code ?? '') : JSON.stringify(node.config ?? {}, null, 2));
  if (text(now) === '') return <p className="t12 ink2">It has no SQL of its own.</p>;
  if (then && text(then) !== text(now))
    return <Diff before={text(then)} after={text(now)} label={`${view} difference`} />;
  return (
    <>
      <p className="t12 ink2" style={{ marginBottom: 6 }}>
        {then ? 'Equal to what the last build ran.' : 'There is no earlier build to compare with.'}
      </p>
      <Sql text={text(now)} label={view} />
    </>
  );
}

function Digests({ entry }: { entry: PlanEntry }) {
  const changed = new Set(changedParts(entry).map(({ part }) => part));
  return (
    <dl className="pairs">
      {Object.entries(entry.evidence.parts).map(([part, digest]) => (
        <div key={part} style={{ display: 'contents' }}>
          <dt>{partName(part).replace(/^its /, '')}</dt>
          <dd className="mono">
            {changed.has(part)
              ? `${entry.evidence.state?.parts[part]?.slice(7, 15) ?? 'none'} → ${digest.slice(7, 15)}`
              : `${digest.slice(7, 15)}${entry.evidence.state ? ', equal' : ''}`}
          </dd>
        </div>
      ))}
    </dl>
  );
}
