'use client';
import { useAsk } from '../api/queries.ts';
import { usePlace, useQueryState } from '../shell/place.tsx';
import { Answer, Empty } from '../ui/blocks.tsx';
import { CopyButton, Sql } from '../ui/code.tsx';

/** The SQL as written, and as dbt compiled it where it did. */
export function AssetSql({ id }: { id: string }) {
  const { project, environment } = usePlace();
  const [query, set] = useQueryState();
  const code = useAsk('assetsCode', { project, environment, asset: id });
  return (
    <Answer of={code}>
      {(found) => {
        const isCompiled = query.get('view') === 'compiled' && found.compiled !== undefined;
        const text = (isCompiled ? found.compiled : found.raw) ?? '';
        if (!text)
          return <Empty title="It has no SQL">Sources, seeds and exposures are declared, not written in SQL.</Empty>;
        return (
          <div className="stack" style={{ padding: '14px var(--gutter) 24px', gap: 10 }}>
            <div className="row">
              <span className="segments" role="group" aria-label="Form">
                <button aria-pressed={!isCompiled} onClick={() => set({ view: undefined })}>
                  Written
                </button>
                {found.compiled && (
                  <button aria-pressed={isCompiled} onClick={() => set({ view: 'compiled' })}>
                    Compiled
                  </button>
                )}
              </span>
              <span className="t12 ink3">{found.path}</span>
              <span className="grow" />
              <CopyButton text={text} label="Copy the SQL" />
            </div>
            <Sql text={text} label="SQL" />
          </div>
        );
      }}
    </Answer>
  );
}
