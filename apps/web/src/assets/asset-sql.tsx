'use client';
import { useDownload } from '../api/queries.ts';
import { usePlace, useQueryState } from '../shell/place.tsx';
import { Answer, Empty } from '../ui/blocks.tsx';
import { CopyButton, Sql } from '../ui/code.tsx';
import { type Manifest, nodeIn } from './manifest.ts';

/** The SQL as written, and as dbt compiled it where it did. */
export function AssetSql({ id, snapshot }: { id: string; snapshot: string }) {
  const { project, environment } = usePlace();
  const [query, set] = useQueryState();
  const manifest = useDownload<Manifest>('snapshotsManifest', { project, environment, snapshot });
  return (
    <Answer of={manifest}>
      {(found) => {
        const node = nodeIn(found, id);
        const isCompiled = query.get('view') === 'compiled' && node?.compiled_code;
        const text = isCompiled ? node.compiled_code! : (node?.raw_code ?? '');
        if (!text)
          return <Empty title="It has no SQL">Sources, seeds and exposures are declared, not written in SQL.</Empty>;
        return (
          <div className="stack" style={{ padding: '14px var(--gutter) 24px', gap: 10 }}>
            <div className="row">
              <span className="segments" role="group" aria-label="Form">
                <button aria-pressed={!isCompiled} onClick={() => set({ view: undefined })}>
                  Written
                </button>
                {node?.compiled_code && (
                  <button aria-pressed={Boolean(isCompiled)} onClick={() => set({ view: 'compiled' })}>
                    Compiled
                  </button>
                )}
              </span>
              <span className="t12 ink3">{node?.original_file_path}</span>
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
