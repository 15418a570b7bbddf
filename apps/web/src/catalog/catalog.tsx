'use client';
import { Search, X } from 'lucide-react';
import { useDeferredValue, useEffect, useRef, useState } from 'react';
import { usePages } from '../api/queries.ts';
import { usePlace, useQueryState } from '../shell/place.tsx';
import { Bones, Empty, Refused } from '../ui/blocks.tsx';
import { count, several } from '../ui/words.ts';
import { facetNames, Facets, filtersOf } from './facets.tsx';
import { Hits } from './hits.tsx';
import { Results } from './results.tsx';
import { Selected } from './selected.tsx';
import { isSelection } from './selection.ts';

/** Which table has what I mean? */
export function Catalog() {
  const [query, set] = useQueryState();
  const q = useDeferredValue(query.get('q') ?? '');
  return (
    <div className="fixed">
      <h1 className="unseen">Catalog</h1>
      <div className="catalog-top">
        <SearchField value={query.get('q') ?? ''} set={(value) => set({ q: value, sel: undefined })} />
      </div>
      <div className="catalog">
        <Facets q={isSelection(q) ? '' : q} query={query} set={set} />
        {isSelection(q) ? (
          <Selected text={q} chosen={query.get('sel')} choose={(id) => set({ sel: id })} />
        ) : (
          <Found q={q} query={query} set={set} />
        )}
      </div>
    </div>
  );
}

function Found({ q, query, set }: QueryProps & { q: string }) {
  const { project, environment } = usePlace();
  const input = {
    ...{ project, environment, limit: 50 },
    ...(q && { q }),
    ...filtersOf(query),
  };
  const found = usePages('assetsSearch', input);
  const first = found.data?.pages[0];
  const hits = found.data?.pages.flatMap(({ items }) => items) ?? [];
  const chosen = query.get('sel') ?? hits[0]?.id;
  return (
    <Results chosen={chosen}>
      {found.error && !first ? (
        <Refused error={found.error} retry={() => void found.refetch()} />
      ) : !first ? (
        <Bones rows={10} />
      ) : (
        <>
          <div className="hits-head">
            <b className="num" role="status">
              {first.capped ? 'more than ' : ''}
              {several(first.total, 'asset')}
            </b>
            <Filters query={query} set={set} />
          </div>
          <Hits hits={hits} chosen={chosen} choose={(id) => set({ sel: id })} />
          {hits.length === 0 && (
            <Empty title="Nothing matches">
              Fewer letters or fewer filters find more. Names, columns, descriptions, tags and SQL are searched; so is
              what dbt selects: +orders, tag:daily, stg_*.
            </Empty>
          )}
          {found.hasNextPage && (
            <div className="head">
              <button className="button" onClick={() => void found.fetchNextPage()}>
                {found.isFetchingNextPage
                  ? 'Loading…'
                  : `Show more, ${count(hits.length)} of ${count(first.total)} are here`}
              </button>
            </div>
          )}
        </>
      )}
    </Results>
  );
}

function SearchField({ value, set }: { value: string; set: (value: string | undefined) => void }) {
  const [text, setText] = useState(value);
  const typed = useRef(value);
  useEffect(() => {
    if (typed.current !== value) setText(value);
    typed.current = value;
  }, [value]);
  const type = (next: string) => {
    setText(next);
    typed.current = next;
    set(next || undefined);
  };
  return (
    <label className="field large" style={{ width: 400 }}>
      <Search size={16} aria-hidden />
      <input
        type="search"
        autoFocus
        aria-label="Search the catalog"
        placeholder="Name, column, tag, or +selection"
        value={text}
        onChange={(event) => type(event.target.value)}
      />
      {text ? (
        <button onClick={() => type('')} aria-label="Clear the search">
          <X size={14} aria-hidden />
        </button>
      ) : (
        <kbd>/</kbd>
      )}
    </label>
  );
}

interface QueryProps {
  query: URLSearchParams;
  set: (change: Record<string, string | undefined>) => void;
}

function Filters({ query, set }: QueryProps) {
  return facetNames.map(([name]) => {
    const value = query.get(name);
    return value ? (
      <button
        className="chip on"
        key={name}
        onClick={() => set({ [name]: undefined })}
        aria-label={`Remove the filter ${name} ${value}`}
      >
        {value} <X size={12} aria-hidden />
      </button>
    ) : null;
  });
}
