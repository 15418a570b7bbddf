'use client';
import type { Token } from '@headgate/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { KeyRound, Plus } from 'lucide-react';
import { useState } from 'react';
import { ask } from '../api/client.ts';
import { useAsk } from '../api/queries.ts';
import { Action, Answer } from '../ui/blocks.tsx';
import { CopyButton } from '../ui/code.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { State } from '../ui/marks.tsx';
import { useNow } from '../ui/now.ts';
import { useToast } from '../ui/toast.tsx';
import { ago } from '../ui/words.ts';

const stateOf = ({ revokedAt, expiresAt }: Token, now: number): [string, string] => {
  if (revokedAt) return ['skipped', 'Revoked'];
  return expiresAt && Date.parse(expiresAt) < now ? ['skipped', 'Expired'] : ['succeeded', 'Valid'];
};

/** Secrets of programs. */
export function Tokens({ mayCreate }: { mayCreate: boolean }) {
  const tokens = useAsk('tokensList', { limit: 100 });
  const client = useQueryClient();
  const say = useToast();
  const now = useNow();
  const [isMaking, setMaking] = useState(false);
  const [gone, setGone] = useState<Token>();
  const revoke = useMutation({
    mutationFn: (id: string) => ask('tokensRevoke', { id }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['tokensList'] });
      say('Revoked. It opens nothing from now on.');
    },
    onError: (error) => say(error.message, { isBad: true }),
  });
  return (
    <section className="card" aria-labelledby="tokens">
      <header>
        <h2 id="tokens" className="grow">
          Tokens
        </h2>
        <Action
          id="make"
          kind="small"
          onAct={() => setMaking(true)}
          why={mayCreate ? undefined : 'You may not make tokens'}
        >
          <Plus size={14} aria-hidden /> New token
        </Action>
      </header>
      <Answer of={tokens} bones={3}>
        {({ items }) =>
          items.map((token) => {
            const [state, word] = stateOf(token, now);
            return (
              <div className="line" key={token.id}>
                <KeyRound size={14} aria-hidden color="var(--ink-3)" />
                <span className="strong cut">{token.name}</span>
                <span className="grow t12 ink3 cut">
                  {token.role},{' '}
                  {token.environment
                    ? `${token.project} / ${token.environment}`
                    : (token.project ?? 'whole organization')}
                  , {now > 0 ? ago(token.createdAt, now) : ''}
                </span>
                <State state={state} word={word} bare />
                {!token.revokedAt && (
                  <button className="button small" onClick={() => setGone(token)} aria-label={`Revoke ${token.name}`}>
                    Revoke
                  </button>
                )}
              </div>
            );
          })
        }
      </Answer>
      <MakeToken isOpen={isMaking} close={() => setMaking(false)} />
      <Dialog isOpen={gone !== undefined} close={() => setGone(undefined)} label="Revoke a token">
        <header>
          <h2>Revoke {gone?.name}?</h2>
        </header>
        <p className="body ink2">Whatever uses it is refused from then on. This cannot be taken back.</p>
        <footer>
          <button className="button" autoFocus onClick={() => setGone(undefined)}>
            Keep it
          </button>
          <button className="button danger" onClick={() => (revoke.mutate(gone!.id), setGone(undefined))}>
            Revoke token
          </button>
        </footer>
      </Dialog>
    </section>
  );
}

const roles = ['viewer', 'engineer', 'steward', 'admin', 'service'] as const;

function MakeToken({ isOpen, close }: { isOpen: boolean; close: () => void }) {
  const client = useQueryClient();
  const say = useToast();
  const [name, setName] = useState('');
  const [role, setRole] = useState<(typeof roles)[number]>('viewer');
  const [days, setDays] = useState('90');
  const make = useMutation({
    mutationFn: () => ask('tokensCreate', { name, role, days: Number(days) }),
    onSuccess: () => void client.invalidateQueries({ queryKey: ['tokensList'] }),
    onError: (error) => say(error.message, { isBad: true }),
  });
  const done = () => {
    make.reset();
    setName('');
    close();
  };
  return (
    <Dialog isOpen={isOpen} close={done} label="New token">
      <form onSubmit={(event) => (event.preventDefault(), make.mutate())}>
        <header>
          <h2>New token</h2>
        </header>
        {make.data ? (
          <div className="body">
            <p>This is the only time it is shown.</p>
            <div className="row">
              <code className="code grow">{make.data.secret}</code>
              <CopyButton text={make.data.secret} label="Copy the token" />
            </div>
          </div>
        ) : (
          <div className="body">
            <label className="field">
              <input
                required
                autoFocus
                aria-label="Name"
                placeholder="What it is for"
                value={name}
                onChange={(event) => setName(event.target.value)}
              />
            </label>
            <div className="row">
              <label className="field grow">
                <select aria-label="Role" value={role} onChange={(event) => setRole(event.target.value as typeof role)}>
                  {roles.map((one) => (
                    <option key={one}>{one}</option>
                  ))}
                </select>
              </label>
              <label className="field" style={{ width: 130 }}>
                <input
                  type="number"
                  min={1}
                  max={365}
                  aria-label="Days until it expires"
                  value={days}
                  onChange={(event) => setDays(event.target.value)}
                />
                <span className="ink3">days</span>
              </label>
            </div>
          </div>
        )}
        <footer>
          <button type="button" className="button" onClick={done}>
            Close
          </button>
          {!make.data && (
            <button className="button primary" aria-disabled={make.isPending}>
              Make token
            </button>
          )}
        </footer>
      </form>
    </Dialog>
  );
}
