'use client';
import type { Hit } from '@headgate/contracts';
import { Search, X } from 'lucide-react';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useDeferredValue, useEffect, useRef, useState } from 'react';
import { usePages } from '../api/queries.ts';
import { usePlace, useQueryState } from '../shell/place.tsx';
import { Bones, Empty, Refused } from '../ui/blocks.tsx';
import { AssetIcon } from '../ui/marks.tsx';
import { useRows } from '../ui/rows.ts';
import { count, several } from '../ui/words.ts';
import { Facets } from './facets.tsx';
import { Preview } from './preview.tsx';

/** Which table has what I mean? */
export function Catalog() {
  const { project, environment } = usePlace();
  const [query, set] = useQueryState();
  const q = useDeferredValue(query.get('q') ?? '');
  const input = {
    ...{ project, environment, limit: 50 },
    ...(q && { q }),
    ...(query.get('type') && { type: query.get('type')! }),
    ...(query.get('package') && { package: query.get('package')! }),
    ...(query.get('tag') && { tag: query.get('tag')! }),
  };
  const found = usePages('assetsSearch', input);
  const first = found.data?.pages[0];
  const hits = found.data?.pages.flatMap(({ items }) => items) ?? [];
  const chosen = query.get('sel') ?? hits[0]?.id;
  return (
    <div className="fixed">
      <h1 className="unseen">Catalog</h1>
      <div className="catalog-top">
        <SearchField value={query.get('q') ?? ''} set={(value) => set({ q: value, sel: undefined })} />
      </div>
      <div className="catalog">
        <Facets query={query} set={set} />
        <div className="scroll hits" tabIndex={0} role="region" aria-label="Results">
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
                  Fewer letters or fewer filters find more. Names, columns, descriptions, tags and SQL are searched.
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
        </div>
        {chosen && <Preview id={chosen} />}
      </div>
    </div>
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
        placeholder="Name, column, description, tag"
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
  return ['type', 'package', 'tag'].map((name) => {
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

interface HitsProps {
  hits: Hit[];
  chosen: string | undefined;
  choose: (id: string) => void;
}

function Hits({ hits, chosen, choose }: HitsProps) {
  const place = usePlace();
  const router = useRouter();
  const list = useRows<HTMLUListElement>((index) => router.push(place.to('assets', hits[index]!.id, 'overview')));
  return (
    <ul ref={list}>
      {hits.map((hit) => (
        <li key={hit.id} className={`hit ${hit.id === chosen ? 'chosen' : ''}`} onClick={() => choose(hit.id)}>
          <AssetIcon type={hit.type} built={hit.materialization} size={16} />
          <div className="grow">
            <Link
              data-row
              className="hit-name"
              href={place.to('assets', hit.id, 'overview')}
              onFocus={() => choose(hit.id)}
            >
              {hit.name}
            </Link>{' '}
            <span className="ink3 t12">
              {hit.package} / {hit.materialization ?? hit.type}
            </span>
            <p className="ink2">{hit.fragment ? <Marked text={hit.fragment} /> : hit.description}</p>
            {hit.tags.length > 0 && (
              <span className="row wrap">
                {hit.tags.slice(0, 4).map((tag) => (
                  <span className="chip" key={tag}>
                    {tag}
                  </span>
                ))}
              </span>
            )}
          </div>
          <span className="right t12 ink3">
            {hit.owner ?? ''}
            {hit.columns ? <span className="num hit-columns">{several(hit.columns, 'column')}</span> : null}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** A fragment with its matches, which stand between «». */
function Marked({ text }: { text: string }) {
  return text.split(/«([^»]*)»/).map((piece, index) => (index % 2 === 1 ? <mark key={index}>{piece}</mark> : piece));
}
