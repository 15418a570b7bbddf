import { memo, useMemo } from 'react';
import { count } from '../ui/words.ts';
import { legendOf, type Lens, type LensNode } from './lens.ts';
import { variables } from './style.ts';

/** What the colours of the drawing say, with how many nodes say it. */
export const Legend = memo(function Legend({
  lens,
  nodes,
  note,
}: {
  lens: Lens;
  nodes: Iterable<LensNode>;
  note?: string | undefined;
}) {
  const keys = useMemo(() => legendOf(lens, nodes), [lens, nodes]);
  return (
    <div className="graph-legend" role="group" aria-label={`Legend: ${lens.word}`}>
      {keys.map(({ key, word, colour, count: many }) => (
        <span key={key} className="row">
          <i className="swatch" style={{ background: `var(${variables[colour]})` }} />
          <span className="cut">{word}</span> <span className="ink3 num">{count(many)}</span>
        </span>
      ))}
      {note && <span className="ink3">{note}</span>}
    </div>
  );
});
