'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { MonitorSmartphone } from 'lucide-react';
import { ask } from '../api/client.ts';
import { useAsk, useSession } from '../api/queries.ts';
import { Answer } from '../ui/blocks.tsx';
import { useNow } from '../ui/now.ts';
import { useToast } from '../ui/toast.tsx';
import { ago, stamp } from '../ui/words.ts';

/** Where one is signed in; any of them but this one can be ended from here. */
export function Sessions() {
  const own = useSession().data?.session;
  const sessions = useAsk('sessionsList', { limit: 100 });
  const client = useQueryClient();
  const say = useToast();
  const now = useNow();
  const end = useMutation({
    mutationFn: (ids: string[]) => Promise.all(ids.map((id) => ask('sessionsEnd', { id }))),
    onSuccess: (ended) => say(ended.length === 1 ? 'Ended. That browser is signed out.' : `Ended ${ended.length}.`),
    onError: (error) => say(error.message, { isBad: true }),
    onSettled: () => void client.invalidateQueries({ queryKey: ['sessionsList'] }),
  });
  const others = (sessions.data?.items ?? []).filter(({ id }) => id !== own);
  return (
    <section className="card" aria-labelledby="sessions">
      <header>
        <h2 id="sessions" className="grow">
          Where you are signed in
        </h2>
        {others.length > 1 && (
          <button className="button small" onClick={() => end.mutate(others.map(({ id }) => id))}>
            End the {others.length} others
          </button>
        )}
      </header>
      <Answer of={sessions} bones={2}>
        {({ items }) =>
          items.map(({ id, createdAt, seenAt, expiresAt }) => (
            <div className="line" key={id}>
              <MonitorSmartphone size={14} aria-hidden color="var(--ink-3)" />
              <span className="strong">{id === own ? 'This browser' : 'Another browser'}</span>
              <span className="grow t12 ink3 cut" title={`until ${stamp(expiresAt)}`}>
                since {stamp(createdAt).slice(0, -3)}, used {now > 0 ? ago(seenAt, now) : ''}
              </span>
              {id !== own && (
                <button
                  className="button small"
                  onClick={() => end.mutate([id])}
                  aria-label={`End the session of ${stamp(createdAt)}`}
                >
                  End
                </button>
              )}
            </div>
          ))
        }
      </Answer>
    </section>
  );
}
