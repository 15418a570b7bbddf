'use client';
import { ListChecks, Search } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { type ReactNode, useDeferredValue, useEffect, useId, useState } from 'react';
import { useAsk } from '../api/queries.ts';
import { Dialog } from '../ui/dialog.tsx';
import { AssetIcon } from '../ui/marks.tsx';
import { usePlace } from './place.tsx';
import { places } from './places.ts';

interface Choice {
  key: string;
  group: string;
  icon: ReactNode;
  word: string;
  hint?: string | undefined;
  to: string;
}

/** ⌘K: any asset, any place, any action, by a few letters. */
export function Palette({ isOpen, open, close }: { isOpen: boolean; open: () => void; close: () => void }) {
  useEffect(() => {
    const hear = (event: KeyboardEvent) => {
      if (event.key !== 'k' || !(event.metaKey || event.ctrlKey)) return;
      event.preventDefault();
      open();
    };
    addEventListener('keydown', hear);
    return () => removeEventListener('keydown', hear);
  }, [open]);
  return (
    <Dialog isOpen={isOpen} close={close} label="Search or act">
      <Choices close={close} />
    </Dialog>
  );
}

function Choices({ close }: { close: () => void }) {
  const router = useRouter();
  const id = useId();
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const choices = useChoices(text);
  const current = Math.min(at, choices.length - 1);
  const go = (choice: Choice | undefined) => {
    if (!choice) return;
    close();
    router.push(choice.to);
  };
  const hear = (event: React.KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setAt((current + step + choices.length) % Math.max(1, choices.length));
    } else if (event.key === 'Enter') go(choices[current]);
  };
  return (
    <>
      <header>
        <Search size={16} aria-hidden color="var(--ink-3)" />
        <input
          className="grow bare-input"
          autoFocus
          role="combobox"
          aria-expanded
          aria-controls={id}
          aria-activedescendant={choices[current] ? `${id}-${current}` : undefined}
          aria-label="Search or act"
          placeholder="An asset, a page, or what to do"
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setAt(0);
          }}
          onKeyDown={hear}
        />
        <kbd>Esc</kbd>
      </header>
      <div className="options" role="listbox" id={id} aria-label="Results" tabIndex={-1}>
        {choices.map((choice, index) => (
          <div
            key={choice.key}
            id={`${id}-${index}`}
            className="option"
            role="option"
            aria-selected={index === current}
            onPointerMove={() => setAt(index)}
            onClick={() => go(choice)}
          >
            {choice.icon}
            {choice.word}
            <span className="hint">{choice.hint ?? choice.group}</span>
          </div>
        ))}
        {choices.length === 0 && <p className="option ink3">Nothing is called that here.</p>}
      </div>
    </>
  );
}

function useChoices(text: string): Choice[] {
  const place = usePlace();
  const { project, environment } = place;
  const q = useDeferredValue(text.trim());
  const found = useAsk('assetsSearch', { project, environment, q, limit: 8 }, { enabled: q !== '', keep: true });
  const matches = (word: string) => word.toLowerCase().includes(text.trim().toLowerCase());
  const assets: Choice[] =
    q === ''
      ? []
      : (found.data?.items ?? []).map((hit) => ({
          key: hit.id,
          group: 'Asset',
          icon: <AssetIcon type={hit.type} built={hit.materialization} />,
          word: hit.name,
          hint: `${hit.type} in ${hit.package}`,
          to: place.to('assets', hit.id, 'overview'),
        }));
  const actions: Choice[] = [
    {
      key: 'plan',
      group: 'Action',
      icon: <ListChecks size={14} aria-hidden />,
      word: 'Plan now',
      hint: 'Action',
      to: `${place.to('plans')}?new=1`,
    },
  ].filter(({ word }) => matches(word));
  const pages: Choice[] = places
    .filter(([, word]) => matches(word))
    .map(([to, word, Icon, key]) => ({
      key: word,
      group: 'Page',
      icon: <Icon size={14} aria-hidden />,
      word,
      hint: `g ${key}`,
      to: to ? place.to(to) : place.to(),
    }));
  return [...assets, ...actions, ...pages];
}
