'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { UserPlus, UserRound } from 'lucide-react';
import { useState } from 'react';
import { ask } from '../api/client.ts';
import { useAsk } from '../api/queries.ts';
import { Action, Answer } from '../ui/blocks.tsx';
import { CopyButton } from '../ui/code.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { useNow } from '../ui/now.ts';
import { useToast } from '../ui/toast.tsx';
import { ago } from '../ui/words.ts';

/** Who was let in, and a link for each to come by. */
export function People({ mayCreate, mayLink }: { mayCreate: boolean; mayLink: boolean }) {
  const people = useAsk('peopleList', { limit: 100 });
  const now = useNow();
  const say = useToast();
  const [isAdding, setAdding] = useState(false);
  const [link, setLink] = useState<{ person: string; url: string }>();
  const make = useMutation({
    mutationFn: (person: string) => ask('linksCreate', { person }),
    onSuccess: ({ person, token }) => setLink({ person, url: `${location.origin}/auth/link?token=${token}` }),
    onError: (error) => say(error.message, { isBad: true }),
  });
  return (
    <section className="card" aria-labelledby="people">
      <header>
        <h2 id="people" className="grow">
          People
        </h2>
        <Action
          id="add"
          kind="small"
          onAct={() => setAdding(true)}
          why={mayCreate ? undefined : 'You may not let people in'}
        >
          <UserPlus size={14} aria-hidden /> Let somebody in
        </Action>
      </header>
      <Answer of={people} bones={2}>
        {({ items }) =>
          items.map(({ id, name, email, lastSignInAt }) => (
            <div className="line" key={id}>
              <UserRound size={14} aria-hidden color="var(--ink-3)" />
              <span className="strong cut">{name}</span>
              <span className="grow t12 ink3 cut">
                {email ?? id}, {lastSignInAt ? `signed in ${now > 0 ? ago(lastSignInAt, now) : ''}` : 'never signed in'}
              </span>
              {mayLink && (
                <button className="button small" onClick={() => make.mutate(id)} aria-label={`Link for ${name}`}>
                  Link
                </button>
              )}
            </div>
          ))
        }
      </Answer>
      <AddPerson isOpen={isAdding} close={() => setAdding(false)} added={(id) => mayLink && make.mutate(id)} />
      <Dialog isOpen={link !== undefined} close={() => setLink(undefined)} label="One-time link">
        <header>
          <h2>A link for {link?.person}</h2>
        </header>
        <div className="body">
          <p className="ink2">It signs them in once, within a day, and is not shown again.</p>
          <div className="row">
            <code className="code grow">{link?.url}</code>
            <CopyButton text={link?.url ?? ''} label="Copy the link" />
          </div>
        </div>
        <footer>
          <button className="button" autoFocus onClick={() => setLink(undefined)}>
            Close
          </button>
        </footer>
      </Dialog>
    </section>
  );
}

const roles = ['viewer', 'engineer', 'steward', 'admin', 'owner'] as const;

function AddPerson({ isOpen, close, added }: { isOpen: boolean; close: () => void; added: (id: string) => void }) {
  const client = useQueryClient();
  const say = useToast();
  const [name, setName] = useState('');
  const [id, setId] = useState('');
  const [role, setRole] = useState<(typeof roles)[number]>('viewer');
  const isAddress = id.includes('@');
  const add = useMutation({
    mutationFn: () => ask('peopleCreate', { id, name: name || id, role, ...(isAddress && { email: id }) }),
    onSuccess: (person) => {
      void client.invalidateQueries({ queryKey: ['peopleList'] });
      close();
      setName('');
      setId('');
      added(person.id);
    },
    onError: (error) => say(error.message, { isBad: true }),
  });
  return (
    <Dialog isOpen={isOpen} close={close} label="Let somebody in">
      <form onSubmit={(event) => (event.preventDefault(), !add.isPending && add.mutate())}>
        <header>
          <h2>Let somebody in</h2>
        </header>
        <div className="body">
          <label className="field">
            <input
              required
              autoFocus
              aria-label="E-mail address or short name"
              placeholder="E-mail address or short name"
              value={id}
              onChange={(event) => setId(event.target.value.trim())}
            />
          </label>
          <label className="field">
            <input
              aria-label="Name"
              placeholder="What they are called"
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          </label>
          <label className="field">
            <select aria-label="Role" value={role} onChange={(event) => setRole(event.target.value as typeof role)}>
              {roles.map((one) => (
                <option key={one}>{one}</option>
              ))}
            </select>
          </label>
        </div>
        <footer>
          <button type="button" className="button" onClick={close}>
            Close
          </button>
          <button className="button primary" aria-disabled={add.isPending}>
            Let in
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
