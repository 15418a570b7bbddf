'use client';
import { useCallback, useMemo, useState } from 'react';
import { useAsk } from '../api/queries.ts';
import { useKeys } from '../shell/keys.ts';
import { usePlace } from '../shell/place.tsx';
import { Bones, Empty, Refused } from '../ui/blocks.tsx';
import { nameOf, several } from '../ui/words.ts';
import { Bar } from './bar.tsx';
import { ColumnDetail } from './column-detail.tsx';
import { type ColumnLineage, endWord } from './column-lineage.ts';
import { sheetOfColumns } from './column-sheet.ts';
import { ColumnTable } from './column-table.tsx';
import { Drawing, type DrawingHandle } from './drawing.tsx';
import type { Colours } from './style.ts';
import { Finder } from './tree.tsx';
import { useColumns } from './use-columns.ts';
import { type GraphState, useTwin, Workspace } from './workspace.tsx';

/** From which columns the columns of an asset come, and which come from them. */
export function ColumnsView({ root, query, set, up, down }: GraphState & { root: string; up: number; down: number }) {
  const { project, environment } = usePlace();
  const column = query.get('column') ?? undefined;
  const asset = useAsk('assetsGet', { project, environment, asset: root }, { keep: true });
  const { lineage, state, error, isCut, retry } = useColumns(root, column, up, down);
  const isTable = useTwin(query);
  const [handle, setHandle] = useState<DrawingHandle>();
  const sheetOf = useCallback((colours: Colours) => sheetOfColumns(lineage!, column, colours), [lineage, column]);
  const choose = useCallback((name: string | undefined) => set({ column: name, sel: undefined }), [set]);
  const select = useCallback(
    (urn: string, row?: string) => {
      const id = lineage?.nodes.find((node) => node.urn === urn)?.id;
      if (row && urn === lineage?.root) set({ column: row === column ? undefined : row, sel: undefined });
      else if (row && id) set({ root: id, column: row, sel: undefined }, true);
      else set({ sel: urn });
    },
    [set, lineage, column],
  );
  const focus = useCallback((id: string) => set({ root: id, column: undefined, sel: undefined }, true), [set]);
  useKeys({
    t: () => set({ twin: isTable ? undefined : 'table' }),
    c: () => set({ columns: undefined, column: undefined, sel: undefined }),
    Escape: () => set(query.get('sel') ? { sel: undefined } : { column: undefined }),
  });
  const outputs = lineage && {
    ...{ name: `columns of ${nameOf(root)}`, of: { root, column } },
    seen: () => seenOf(lineage),
    ...(handle && !isTable && { png: handle.png, svg: handle.svg }),
  };
  const known = useMemo(() => {
    const named = (lineage?.edges ?? []).flatMap(({ from, to }) =>
      [from, to].flatMap((end) => (end.urn === lineage!.root && end.column ? [end.column] : [])),
    );
    return [...new Set([...(asset.data?.columns.map(({ name }) => name) ?? []), ...named])];
  }, [asset.data, lineage]);
  const selected = query.get('sel') ?? lineage?.root ?? '';
  return (
    <Workspace
      tree={
        <Finder choose={focus} label="Columns">
          <div className="tree-group">
            <h2>
              {nameOf(root)} <span className="num">{known.length}</span>
            </h2>
            <button className="leaf" aria-pressed={!column} onClick={() => choose(undefined)}>
              All columns
            </button>
            {known.map((name) => (
              <button key={name} className="leaf mono" aria-pressed={name === column} onClick={() => choose(name)}>
                <span className="cut">{name}</span>
              </button>
            ))}
          </div>
        </Finder>
      }
      bar={<Bar {...{ query, set, view: 'focus', isTable, up, down, outputs }} />}
      detail={<ColumnDetail {...{ lineage, state, root, column, selected, set }} />}
    >
      {error && !lineage ? (
        <Refused error={error} retry={retry} />
      ) : !lineage ? (
        <Bones rows={8} label="Loading the lineage of columns" />
      ) : lineage.edges.length === 0 && lineage.rejected.length === 0 ? (
        <Empty title={`Nothing is known of ${column ? `the column ${column}` : 'its columns'}`}>
          {state?.status === 'pending'
            ? 'The lineage of columns is being worked out; it appears here by itself.'
            : (state?.reason ?? 'No column comes from another one, or its SQL is not understood.')}
        </Empty>
      ) : isTable ? (
        <ColumnTable lineage={lineage} set={set} />
      ) : (
        <Drawing
          label={`Columns of ${several(lineage.nodes.length, 'asset')} and ${several(lineage.edges.length, 'edge')} between them`}
          {...{ sheetOf, selected, select }}
          marks="none"
          focus={(urn) => {
            const id = lineage.nodes.find((node) => node.urn === urn)?.id;
            if (id) focus(id);
          }}
          ready={setHandle}
        >
          <p className="graph-note" role="status">
            {column ?? 'All columns'} · {several(lineage.nodes.length, 'asset')},{' '}
            {several(lineage.edges.length, 'edge')}
            {isCut && ' · more lies deeper'}
            {state?.status === 'pending' && ' · of the snapshot before, the newest is being worked out'}
          </p>
          <div className="graph-legend" role="group" aria-label="Legend: edges">
            <span className="row">
              <i className="stroke" /> value
            </span>
            <span className="row">
              <i className="stroke dashed" /> filter, join, group or order only
            </span>
          </div>
        </Drawing>
      )}
    </Workspace>
  );
}

function seenOf({ nodes, edges }: ColumnLineage) {
  const names = new Map(nodes.map(({ urn, id, name }) => [urn, id ?? name]));
  const end = (one: { urn: string; column?: string }) => `${names.get(one.urn) ?? one.urn}#${endWord(one.column)}`;
  const ends = [...new Map(edges.flatMap(({ from, to }) => [from, to]).map((one) => [end(one), one])).entries()];
  return {
    nodes: ends.map(([id, { urn, column }]) => ({ id, asset: names.get(urn) ?? urn, column: endWord(column) })),
    edges: edges.map((edge) => ({
      from: end(edge.from),
      to: end(edge.to),
      kind: edge.kind,
      confidence: edge.confidence,
    })),
  };
}
