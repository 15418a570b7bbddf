'use client';
import { useAsk } from '../api/queries.ts';
import { usePlace } from '../shell/place.tsx';
import { count } from '../ui/words.ts';

interface Props {
  query: URLSearchParams;
  set: (change: Record<string, string | undefined>) => void;
}

/** What the results can be narrowed to, with how many there are of each. */
export function Facets({ query, set }: Props) {
  const { project, environment } = usePlace();
  const snapshots = useAsk('snapshotsList', { project, environment, limit: 1 });
  const types = Object.entries(snapshots.data?.items[0]?.counts ?? {}).sort(([, one], [, other]) => other - one);
  const assets = useAsk('assetsSearch', { project, environment, limit: 200 });
  const packages = new Map<string, number>();
  const tags = new Map<string, number>();
  for (const hit of assets.data?.items ?? []) {
    packages.set(hit.package, (packages.get(hit.package) ?? 0) + 1);
    for (const tag of hit.tags) tags.set(tag, (tags.get(tag) ?? 0) + 1);
  }
  return (
    <form className="facets" aria-label="Filters">
      <Facet name="type" word="Type" values={types} query={query} set={set} />
      <Facet name="tag" word="Tag" values={top(tags)} query={query} set={set} />
      <Facet name="package" word="Package" values={top(packages)} query={query} set={set} />
    </form>
  );
}

const top = (values: Map<string, number>) => [...values].sort(([, one], [, other]) => other - one).slice(0, 8);

function Facet({ name, word, values, query, set }: Props & { name: string; word: string; values: [string, number][] }) {
  if (values.length === 0) return null;
  return (
    <fieldset>
      <legend>{word}</legend>
      {values.map(([value, total]) => (
        <label className="check" key={value}>
          <input
            type="checkbox"
            checked={query.get(name) === value}
            onChange={(event) => set({ [name]: event.target.checked ? value : undefined, sel: undefined })}
          />
          <span className="grow cut">{value.replace(/_/g, ' ')}</span>
          <span className="ink3 num">{count(total)}</span>
        </label>
      ))}
    </fieldset>
  );
}
