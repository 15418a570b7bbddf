'use client';
import { Dialog } from '../ui/dialog.tsx';

const keys: [string, string][] = [
  ['⌘ K or Ctrl K', 'Search or act'],
  ['/', 'Search on this page'],
  ['g, then h c g p r a s', 'Home, Catalog, Graph, Plans, Runs, Audit, Settings'],
  ['j, k', 'Next and previous row'],
  ['Enter', 'Open'],
  ['Esc', 'Close'],
  ['y', 'Copy a link to this view'],
  ['a', 'Plan: approve and run'],
  ['[ ], { }', 'Graph: less or more upstream, downstream'],
  ['e, h, f, t', 'Graph: focus the selected node, hide, fit, table'],
  ['l, c, d', 'Graph: next lens, columns, compare with an earlier snapshot'],
  ['arrows', 'Graph: along the edges, or over the map'],
  ['n, N', 'Run: next and previous failure'],
  ['.', 'Run: follow the log'],
];

/** All keys, on one sheet. */
export function KeyHelp({ isOpen, close }: { isOpen: boolean; close: () => void }) {
  return (
    <Dialog isOpen={isOpen} close={close} label="Keys">
      <header>
        <h2 className="grow">Keys</h2>
        <button className="button small" onClick={close}>
          Close
        </button>
      </header>
      <dl className="body pairs" style={{ gridTemplateColumns: '180px 1fr' }}>
        {keys.map(([key, does]) => (
          <div key={key} style={{ display: 'contents' }}>
            <dt>
              <code>{key}</code>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
