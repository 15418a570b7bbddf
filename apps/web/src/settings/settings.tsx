'use client';
import { LogOut } from 'lucide-react';
import { useEffect, useState } from 'react';
import { signOut } from '../api/client.ts';
import { useAsk, useSession } from '../api/queries.ts';
import { Answer, Empty } from '../ui/blocks.tsx';
import { Environments } from './environments.tsx';
import { People } from './people.tsx';
import { Sessions } from './sessions.tsx';
import { Tokens } from './tokens.tsx';

/** Environments, tokens, people, and how this browser behaves. */
export function Settings() {
  const session = useSession();
  const may = (permission: string) => session.data?.permissions.includes(permission) ?? false;
  return (
    <>
      <header className="head">
        <h1>Settings</h1>
        <p className="t12 ink3" style={{ marginTop: 4 }}>
          {session.data?.org.name}, signed in as {session.data?.person.email ?? session.data?.person.name}
        </p>
      </header>
      <div className="halves">
        <div className="stack">
          <Environments />
          {may('token:read') ? (
            <Tokens mayCreate={may('token:create')} />
          ) : (
            <section className="card">
              <Empty title="Tokens are for admins">
                Your role does not list them. An owner of the organization can grant it.
              </Empty>
            </section>
          )}
        </div>
        <div className="stack">
          <Sessions />
          {may('person:read') && <People mayCreate={may('person:create')} mayLink={may('link:create')} />}
          <Grants may={may('grant:read')} />
          <Here />
        </div>
      </div>
    </>
  );
}

function Grants({ may }: { may: boolean }) {
  const grants = useAsk('grantsList', { limit: 100 }, { enabled: may });
  if (!may) return null;
  return (
    <section className="card" aria-labelledby="grants">
      <header>
        <h2 id="grants">Who may do what</h2>
      </header>
      <Answer of={grants} bones={3}>
        {({ items }) =>
          items.map(({ subject, role, project, environment }) => (
            <div className="line" key={`${subject.kind}${subject.id}${project}${environment}`}>
              <span className="grow cut">{subject.id}</span>
              <span className="t12 ink3">
                {environment ? `${project} / ${environment}` : (project ?? 'everywhere')}
              </span>
              <span className="chip">{role}</span>
            </div>
          ))
        }
      </Answer>
    </section>
  );
}

function Here() {
  const [isOn, setOn] = useState(true);
  useEffect(() => setOn(localStorage.getItem('keys') !== 'off'), []);
  return (
    <section className="card" aria-labelledby="here">
      <header>
        <h2 id="here">This browser</h2>
      </header>
      <div className="body">
        <label className="check">
          <input
            type="checkbox"
            checked={isOn}
            onChange={(event) => {
              localStorage.setItem('keys', event.target.checked ? 'on' : 'off');
              setOn(event.target.checked);
            }}
          />
          Single keys act, such as <kbd>j</kbd> and <kbd>g</kbd>
        </label>
        <button className="button" style={{ justifySelf: 'start' }} onClick={() => void signOut()}>
          <LogOut size={14} aria-hidden /> Sign out
        </button>
      </div>
    </section>
  );
}
