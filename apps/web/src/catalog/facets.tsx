'use client';
import { useAsk } from '../api/queries.ts';
import { usePlace } from '../shell/place.tsx';
import { count } from '../ui/words.ts';

interface Props {
  /** What is searched for; empty when everything is there. */
  q: string;
  query: URLSearchParams;
  set: (change: Record<string, string | undefined>) => void;
}

/** What results can be narrowed to: the name of the filter, and its word. */
export const facetNames = [
  ['type', 'Type'],
  ['owner', 'Owner'],
  ['tag', 'Tag'],
  ['materialization', 'Built as'],
  ['package', 'Package'],
] as const;
const most = 8;

/** The filters that the address names, as the search takes them. */
export const filtersOf = (query: URLSearchParams): Record<string, string> =>
  Object.fromEntries(facetNames.flatMap(([name]) => (query.get(name) ? [[name, query.get(name)!]] : [])));

/** Every filter with how many of the results it would leave. */
export function Facets({ q, query, set }: Props) {
  const { project, environment } = usePlace();
  const input = { project, environment, ...(q && { q }), ...filtersOf(query), facets: true, limit: 1 };
  const facets = useAsk('assetsSearch', input, { keep: true }).data?.facets;
  return (
    <form className="facets" aria-label="Filters">
      {facetNames.map(([name, word]) => (
        <Facet key={name} name={name} word={word} values={facets?.[name] ?? []} query={query} set={set} />
      ))}
    </form>
  );
}

type FacetProps = Omit<Props, 'q'> & { name: string; word: string; values: { value: string; count: number }[] };

function Facet({ name, word, values, query, set }: FacetProps) {
  const chosen = query.get(name);
  if (values.length === 0) return null;
  return (
    <fieldset>
      <legend>{word}</legend>
      {values.slice(0, most).map(({ value, count: total }) => (
        <label className="check" key={value}>
          <input
            type="checkbox"
            checked={chosen === value}
            onChange={(event) => set({ [name]: event.target.checked ? value : undefined, sel: undefined })}
          />
          <span className="grow cut" title={value}>
            {value.replace(/_/g, ' ')}
          </span>
          <span className="ink3 num">{count(total)}</span>
        </label>
      ))}
      {values.length > most && <p className="t12 ink3">and {values.length - most} more</p>}
    </fieldset>
  );
}
