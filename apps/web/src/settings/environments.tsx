'use client';
import Link from 'next/link';
import { useAsk } from '../api/queries.ts';
import { usePlace } from '../shell/place.tsx';
import { Answer } from '../ui/blocks.tsx';
import { stamp } from '../ui/words.ts';

/** What there is to plan and run in. */
export function Environments() {
  const place = usePlace();
  const environments = useAsk('environmentsList', { project: place.project });
  return (
    <section className="card" aria-labelledby="environments">
      <header>
        <h2 id="environments">Environments</h2>
        <span className="ink3 t12">{place.project}</span>
      </header>
      <Answer of={environments} bones={3}>
        {({ items }) =>
          items.map(({ environment, adapter, dbtVersion, variables, createdAt }) => (
            <Link className="line" key={environment} href={`/e/${place.project}/${environment}`}>
              <span className="strong">{environment}</span>
              <span className="grow t12 ink3 cut">
                {adapter}, dbt {dbtVersion},{' '}
                {variables.length === 0
                  ? 'no variables'
                  : variables.map(({ name, secret }) => (secret ? `${name} (secret)` : name)).join(', ')}
              </span>
              <span className="t12 ink3">since {stamp(createdAt).slice(0, 6)}</span>
            </Link>
          ))
        }
      </Answer>
    </section>
  );
}
