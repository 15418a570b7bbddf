'use client';
import { useState } from 'react';
import { useAsk } from '../api/queries.ts';
import { usePlace } from '../shell/place.tsx';
import { Bones, Empty, Refused } from '../ui/blocks.tsx';
import { count, several } from '../ui/words.ts';
import { Hits } from './hits.tsx';
import { Results } from './results.tsx';
import { hitOf, unions } from './selection.ts';

const pageSize = 200;

interface Props {
  text: string;
  chosen: string | null;
  choose: (id: string) => void;
}

/** What dbt itself would select, by the engine that plans and the command line use. */
export function Selected({ text, chosen, choose }: Props) {
  const { project, environment } = usePlace();
  const [shown, setShown] = useState(pageSize);
  const found = useAsk('selectionsEvaluate', { project, environment, select: unions(text) }, { keep: true });
  const ids = found.data?.ids ?? [];
  const row = chosen ?? ids[0];
  return (
    <Results chosen={row}>
      {found.error ? (
        <Refused error={found.error} retry={() => void found.refetch()} />
      ) : !found.data ? (
        <Bones rows={10} />
      ) : (
        <>
          <div className="hits-head">
            <b className="num" role="status">
              {several(ids.length, 'node')}
            </b>
            <span className="ink3 t12">as dbt ls --select {text.trim()}</span>
          </div>
          {found.data.warnings.map((warning) => (
            <p className="head ink2" key={warning}>
              {warning}
            </p>
          ))}
          <Hits hits={ids.slice(0, shown).map(hitOf)} chosen={row} choose={choose} />
          {ids.length === 0 && <Empty title="Selects nothing">dbt would select no node of this snapshot either.</Empty>}
          {ids.length > shown && (
            <div className="head">
              <button className="button" onClick={() => setShown(shown + pageSize)}>
                Show more, {count(shown)} of {count(ids.length)} are here
              </button>
            </div>
          )}
        </>
      )}
    </Results>
  );
}
