'use client';
import { Check, ChevronsUpDown } from 'lucide-react';
import Link from 'next/link';
import { useEffect, useRef, useState } from 'react';
import { useAsk } from '../api/queries.ts';
import { usePlace } from './place.tsx';

/** Says which environment every number on the page belongs to, and changes it. */
export function EnvironmentSwitcher() {
  const { project, environment } = usePlace();
  const [isOpen, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const projects = useAsk('projectsList', {}, { enabled: isOpen });

  useEffect(() => {
    if (!isOpen) return;
    const away = (event: Event) => !box.current?.contains(event.target as Node) && setOpen(false);
    const escape = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      setOpen(false);
      box.current?.querySelector('button')?.focus();
    };
    addEventListener('pointerdown', away);
    addEventListener('keydown', escape);
    return () => {
      removeEventListener('pointerdown', away);
      removeEventListener('keydown', escape);
    };
  }, [isOpen]);

  return (
    <div className="menu" ref={box}>
      <button
        className="environment"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
        title="Switch environment"
      >
        {environment}
        <ChevronsUpDown size={12} aria-hidden />
      </button>
      {isOpen && (
        <div className="float">
          {(projects.data?.items ?? []).map((one) => (
            <Environments
              key={one.project}
              project={one.project}
              name={one.name}
              here={[project, environment]}
              done={() => setOpen(false)}
            />
          ))}
        </div>
      )}
    </div>
  );
}

function Environments({
  project,
  name,
  here,
  done,
}: {
  project: string;
  name: string;
  here: [string, string];
  done: () => void;
}) {
  const environments = useAsk('environmentsList', { project });
  return (
    <div className="options">
      <h3>{name}</h3>
      {(environments.data?.items ?? []).map(({ environment, adapter }) => (
        <Link className="option" key={environment} href={`/e/${project}/${environment}`} onClick={done}>
          {environment}
          <span className="hint">
            {adapter}
            {here[0] === project && here[1] === environment && <Check size={14} aria-label="here" />}
          </span>
        </Link>
      ))}
    </div>
  );
}
