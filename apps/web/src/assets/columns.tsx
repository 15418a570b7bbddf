'use client';
import type { AssetDetail } from '@headgate/contracts';
import { Search } from 'lucide-react';
import { useQueryState } from '../shell/place.tsx';
import { Empty } from '../ui/blocks.tsx';

/** Every column with its type and what is written about it. */
export function AssetColumns({ columns }: { columns: AssetDetail['columns'] }) {
  const [query, set] = useQueryState();
  const q = (query.get('q') ?? '').toLowerCase();
  const shown = columns.filter(({ name, description }) => `${name} ${description ?? ''}`.toLowerCase().includes(q));
  if (columns.length === 0)
    return (
      <Empty title="Its columns are not known yet">
        They come from a catalog: run <code>dbt docs generate</code> and ingest the result, or describe them in YAML.
      </Empty>
    );
  return (
    <>
      <div className="tools" style={{ paddingTop: 10 }}>
        <label className="field" style={{ width: 220 }}>
          <Search size={14} aria-hidden />
          <input
            type="search"
            aria-label="Filter columns"
            placeholder="Filter columns"
            value={query.get('q') ?? ''}
            onChange={(event) => set({ q: event.target.value })}
          />
          <kbd>/</kbd>
        </label>
        <span className="grow" />
        <span className="t12 ink3">
          {shown.length} of {columns.length}, {columns.filter(({ description }) => description).length} described
        </span>
      </div>
      <table className="table">
        <colgroup>
          <col style={{ width: '30%' }} />
          <col style={{ width: 160 }} />
          <col />
        </colgroup>
        <thead>
          <tr>
            <th scope="col">Column</th>
            <th scope="col">Type</th>
            <th scope="col">Description</th>
          </tr>
        </thead>
        <tbody>
          {shown.map(({ name, type, description }) => (
            <tr key={name}>
              <td className="mono">{name}</td>
              <td className="ink2">{type ?? 'unknown'}</td>
              <td className={description ? 'ink2' : 'ink3'}>{description || 'none'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
