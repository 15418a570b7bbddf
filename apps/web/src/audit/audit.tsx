'use client';
import type { AuditLeaf } from '@headgate/contracts';
import { useMutation } from '@tanstack/react-query';
import { CircleCheck, CircleX, Download, Search, ShieldCheck } from 'lucide-react';
import { useDeferredValue } from 'react';
import { ask, hrefOf } from '../api/client.ts';
import { useAsk, usePages } from '../api/queries.ts';
import { useQueryState } from '../shell/place.tsx';
import { Action, Bones, Empty, Refused } from '../ui/blocks.tsx';
import { useRows } from '../ui/rows.ts';
import { count, several, stamp } from '../ui/words.ts';
import { ProofPanel } from './proof-panel.tsx';
import { factsOf, sentenceOf } from './sentence.ts';
import { type Column, Table } from '../ui/table.tsx';

const columns: Column[] = [
  { word: 'Time', width: 142 },
  { word: 'Who', width: 130 },
  { word: 'Did', width: 168, only: 'mid-only' },
  { word: 'What' },
  { word: 'Entry', width: 80, right: true },
];

/** Who did it, and can I prove it? */
export function Audit() {
  const [query, set] = useQueryState();
  const q = useDeferredValue(query.get('q') ?? '');
  const type = query.get('type') ?? '';
  const leaves = usePages('auditSearch', { ...(q && { q }), ...(type && { type }), limit: 100 });
  const checkpoint = useAsk('auditCheckpoint', {});
  const items = leaves.data?.pages.flatMap((page) => page.items) ?? [];
  const chosen = items.find(({ event }) => event === query.get('entry')) ?? (query.get('entry') ? undefined : items[0]);
  return (
    <div className="fixed">
      <header className="head">
        <div className="row between wrap" style={{ rowGap: 8 }}>
          <div className="row wrap">
            <h1>Audit</h1>
            {checkpoint.data && (
              <span className="t12 ink2 num">
                {several(checkpoint.data.size, 'entry', 'entries')}, checkpoint signed {stamp(checkpoint.data.at)}
              </span>
            )}
          </div>
          <div className="row wrap">
            <Verify />
            <a className="button" href={hrefOf('auditExport', {})} download="audit.json">
              <Download size={14} aria-hidden /> Export with proofs
            </a>
          </div>
        </div>
        <div className="row wrap" style={{ marginTop: 10 }}>
          <label className="field" style={{ width: 300 }}>
            <Search size={14} aria-hidden />
            <input
              type="search"
              aria-label="Search the audit"
              placeholder="Person, object or id"
              value={query.get('q') ?? ''}
              onChange={(event) => set({ q: event.target.value, entry: undefined })}
            />
            <kbd>/</kbd>
          </label>
          {type && (
            <button
              className="chip on"
              onClick={() => set({ type: undefined })}
              aria-label={`Remove the filter ${type}`}
            >
              {type} ✕
            </button>
          )}
        </div>
      </header>
      <div className="audit">
        <div className="scroll" tabIndex={0} role="region" aria-label="Entries">
          {leaves.error && items.length === 0 ? (
            <Refused error={leaves.error} retry={() => void leaves.refetch()} />
          ) : leaves.isPending ? (
            <Bones rows={12} />
          ) : items.length === 0 ? (
            <Empty title="No entry matches">Clear the search to see all of them.</Empty>
          ) : (
            <>
              <Leaves
                leaves={items}
                chosen={chosen?.event}
                choose={(entry) => set({ entry })}
                filter={(one) => set({ type: one })}
              />
              {leaves.hasNextPage && (
                <div className="head">
                  <button className="button" onClick={() => void leaves.fetchNextPage()}>
                    Show older entries
                  </button>
                </div>
              )}
            </>
          )}
        </div>
        {chosen && <ProofPanel leaf={chosen} key={chosen.event} />}
      </div>
    </div>
  );
}

function Verify() {
  const verify = useMutation({ mutationFn: () => ask('auditVerify', {}) });
  const { data } = verify;
  return (
    <>
      {data && (
        <span className={`state ${data.ok ? 'is-ok' : 'is-bad'}`} role="status">
          {data.ok ? <CircleCheck size={12} aria-hidden /> : <CircleX size={12} aria-hidden />}
          {data.ok ? `${count(data.leaves)} entries verified` : (data.findings[0]?.message ?? 'Not intact')}
        </span>
      )}
      {verify.error && <span className="t12 ink2">{verify.error.message}</span>}
      <Action id="verify" onAct={() => verify.mutate()} busy={verify.isPending}>
        <ShieldCheck size={14} aria-hidden /> {verify.isPending ? 'Verifying…' : 'Verify all'}
      </Action>
    </>
  );
}

interface LeavesProps {
  leaves: AuditLeaf[];
  chosen: string | undefined;
  choose: (event: string) => void;
  filter: (type: string) => void;
}

function Leaves({ leaves, chosen, choose, filter }: LeavesProps) {
  const body = useRows<HTMLTableSectionElement>((row) => choose(leaves[row]!.event));
  return (
    <Table columns={columns}>
      <tbody ref={body}>
        {leaves.map((leaf) => (
          <tr
            key={leaf.event}
            tabIndex={-1}
            data-row
            className={leaf.event === chosen ? 'chosen' : ''}
            onClick={() => choose(leaf.event)}
          >
            <td className="num" title={leaf.at}>
              {stamp(leaf.at)}
            </td>
            <td>
              <span
                className={`face ${leaf.actor.kind === 'person' ? '' : 'plain'}`}
                style={{ width: 18, height: 18 }}
                aria-hidden
              >
                {leaf.actor.id.slice(0, 2).toUpperCase()}
              </span>{' '}
              {leaf.actor.id}
            </td>
            <td className="mid-only mono">
              <button
                className="link"
                onClick={(event) => (event.stopPropagation(), filter(leaf.type))}
                aria-label={`Only ${leaf.type}`}
                tabIndex={-1}
              >
                {leaf.type}
              </button>
            </td>
            <td title={leaf.summary}>
              {sentenceOf(leaf)} <span className="ink3">{factsOf(leaf.summary)}</span>
            </td>
            <td className="right num">
              <button onClick={() => choose(leaf.event)} aria-label={`Proof of entry ${leaf.index}`}>
                {count(leaf.index)}
              </button>
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
