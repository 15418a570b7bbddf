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
