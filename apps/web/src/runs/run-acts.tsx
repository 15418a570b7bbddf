'use client';
import type { Run } from '@headgate/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { RefreshCw, RotateCcw, Square } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { ask } from '../api/client.ts';
import { useSession } from '../api/queries.ts';
import { usePlace } from '../shell/place.tsx';
import { Action } from '../ui/blocks.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { useToast } from '../ui/toast.tsx';
import { hasEnded } from './outcomes.ts';

/** What one can do about a run: stop it, go on with it, plan anew. */
export function RunActs({ run, failed }: { run: Run; failed: number }) {
  const place = usePlace();
  const router = useRouter();
  const client = useQueryClient();
  const say = useToast();
  const session = useSession();
  const [isAsking, setAsking] = useState(false);
  const cancel = useMutation({
    mutationFn: () => ask('runsCancel', { run: run.id }),
    onSuccess: (stopped) => {
      client.setQueryData(['runsGet', { run: run.id }], stopped);
      say('Told to stop. What is built stays built.');
    },
    onError: (error) => say(error.message, { isBad: true }),
  });
  const again = useMutation({
    mutationFn: () => ask('plansPropose', { project: run.project, environment: run.environment }),
    onSuccess: ({ id }) => router.push(place.to('plans', id)),
    onError: (error) => say(error.message, { isBad: true }),
  });
  const resume = useMutation({
    mutationFn: () => ask('runsResume', { run: run.id }),
    onSuccess: ({ id }) => {
      say('Goes on where it ended. What is built stays built.');
      router.push(place.to('runs', id));
    },
    onError: (error) => say(error.message, { isBad: true }),
  });
  const may = (permission: string) => session.data?.permissions.includes(permission) !== false;
  if (hasEnded(run))
    return (
      <div className="row wrap">
        <Action
          id="again"
          onAct={() => again.mutate()}
          busy={again.isPending}
          why={may('plan:propose') ? undefined : 'You may not propose plans'}
        >
          <RefreshCw size={14} aria-hidden /> {again.isPending ? 'Planning…' : 'Plan again'}
        </Action>
        {run.kind === 'plan' && run.status !== 'succeeded' && (
          <Action
            id="resume"
            kind="primary large"
            onAct={() => resume.mutate()}
            busy={resume.isPending}
            why={may('run:resume') ? undefined : 'You may not retry runs'}
          >
            <RotateCcw size={14} aria-hidden /> {resume.isPending ? 'Retrying…' : retryWord(failed)}
          </Action>
        )}
      </div>
    );
  return (
    <div className="row wrap">
      <Action
        id="cancel"
        kind="danger"
        onAct={() => setAsking(true)}
        busy={run.cancelRequested || cancel.isPending}
        why={may('run:cancel') ? undefined : 'You may not cancel runs'}
      >
        <Square size={14} aria-hidden /> {run.cancelRequested ? 'Stopping…' : 'Cancel run'}
      </Action>
      <Dialog isOpen={isAsking} close={() => setAsking(false)} label="Cancel the run">
        <header>
          <h2>Cancel this run?</h2>
        </header>
        <p className="body ink2">
          dbt is told to stop. Tables that are finished stay; the next plan picks up what is missing.
        </p>
        <footer>
          <button className="button" autoFocus onClick={() => setAsking(false)}>
            Let it run
          </button>
          <button className="button danger" onClick={() => (setAsking(false), cancel.mutate())}>
            Cancel run
          </button>
        </footer>
      </Dialog>
    </div>
  );
}

const retryWord = (failed: number): string => (failed > 0 ? `Retry the ${failed} failed` : 'Retry the rest');
