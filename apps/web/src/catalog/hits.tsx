'use client';
import type { Hit } from '@headgate/contracts';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { usePlace } from '../shell/place.tsx';
import { AssetIcon } from '../ui/marks.tsx';
import { useRows } from '../ui/rows.ts';
import { several } from '../ui/words.ts';

interface HitsProps {
  hits: Hit[];
  chosen: string | undefined;
  choose: (id: string) => void;
}

export function Hits({ hits, chosen, choose }: HitsProps) {
  const place = usePlace();
  const router = useRouter();
  const list = useRows<HTMLUListElement>((index) => router.push(place.to('assets', hits[index]!.id, 'overview')));
  return (
    <ul ref={list}>
      {hits.map((hit) => (
        <li
          key={hit.id}
          className={`hit ${hit.id === chosen ? 'chosen' : ''}`}
          onClick={(event) => isLink(event.target) || choose(hit.id)}
        >
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
            <p className="ink2">{hit.fragment ? <Fragment hit={hit} /> : hit.description}</p>
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

/** A link goes on to the asset; a change of this page's address would call it back. */
const isLink = (target: EventTarget): boolean => (target as HTMLElement).closest('a') !== null;

/** Where it matched: the best fragment that is not the name itself, its matches marked. */
function Fragment({ hit }: { hit: Hit }) {
  const found = hit.fragments?.find(({ field }) => field !== 'name');
  if (!found) return hit.description;
  const pieces: React.ReactNode[] = [];
  let from = 0;
  for (const [start = 0, end = 0] of found.marks) {
    pieces.push(found.text.slice(from, start), <mark key={start}>{found.text.slice(start, end)}</mark>);
    from = end;
  }
  return (
    <>
      {found.field !== 'description' && <span className="ink3">{found.field}: </span>}
      {pieces}
      {found.text.slice(from)}
    </>
  );
}
