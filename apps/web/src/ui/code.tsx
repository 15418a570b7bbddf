'use client';
import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import { diffLines } from './diff-lines.ts';
import { piecesOf } from './sql.ts';

const coloured = (sql: string) =>
  piecesOf(sql).map(([kind, text], index) =>
    kind === '' ? (
      text
    ) : (
      <span className={kind} key={index}>
        {text}
      </span>
    ),
  );

/** Read-only SQL. */
export const Sql = ({ text, label }: { text: string; label: string }) => (
  <pre className="code" tabIndex={0} role="region" aria-label={label}>
    {coloured(text)}
  </pre>
);

/** Two texts, line by line. */
export function Diff({ before, after, label }: { before: string; after: string; label: string }) {
  const lines = diffLines(before, after);
  if (lines.length === 0) return <p className="t12 ink2">The text is equal to the last character.</p>;
  return (
    <div className="diff" role="region" aria-label={label} tabIndex={0}>
      {lines.map((line, index) => (
        <div key={index} className={{ '+': 'plus', '-': 'minus', ' ': '' }[line.sign]}>
          <i>{line.before}</i>
          <i>{line.after}</i>
          <b>{line.sign === '-' ? '−' : line.sign}</b>
          <span>{coloured(line.text)}</span>
        </div>
      ))}
    </div>
  );
}

export function CopyButton({ text, label = 'Copy' }: { text: string; label?: string }) {
  const [isDone, setDone] = useState(false);
  const copy = async () => {
    await navigator.clipboard?.writeText(text);
    setDone(true);
    setTimeout(() => setDone(false), 1600);
  };
  return (
    <button className="button quiet small square" onClick={() => void copy()} aria-label={label} title={label}>
      {isDone ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
    </button>
  );
}
