'use client';
import { useQuery } from '@tanstack/react-query';
import { CircleAlert, LogIn } from 'lucide-react';
import { useSearchParams } from 'next/navigation';
import { fetchChecked } from '../api/client.ts';
import { Logo } from '../ui/marks.tsx';

const reasons: Record<string, string> = {
  'signed-out': 'You are signed out.',
  expired: 'Your session is over. Sign in again to go on where you were.',
  denied: 'This account is known, but it belongs to no organization here. An admin can add it.',
  failed: 'The sign-in did not come to an end. Nothing was changed; begin again.',
  'link-used': 'That link was used already. A link signs in once.',
  'link-expired': 'That link is older than a day.',
  'link-unknown': 'That is not a link of this server.',
  unavailable: 'The identity provider does not answer. It is not your password; try again in a moment.',
};

/** Says why one is here, and offers the one way in that this installation has. */
export function SignIn() {
  const query = useSearchParams();
  const methods = useQuery({
    queryKey: ['methods'],
    queryFn: async () =>
      (await fetchChecked('/auth/methods')).json() as Promise<{ link: boolean; provider?: { name: string } }>,
    staleTime: Infinity,
  });
  const reason = reasons[query.get('reason') ?? ''];
  const back = query.get('return_to') ?? '/';
  const provider = methods.data?.provider;
  return (
    <main className="door">
      <div className="door-card">
        <span className="door-logo">
          <Logo />
        </span>
        <h1>Sign in to Headgate</h1>
        {reason && (
          <p className="notice warn" role="alert">
            <CircleAlert size={14} aria-hidden /> {reason}
          </p>
        )}
        {methods.data?.link === false ? (
          <>
            <p className="ink2">Your organization signs in with {provider?.name ?? 'its provider'}.</p>
            <a className="button primary large" href={`/auth/sign-in?return_to=${encodeURIComponent(back)}`}>
              <LogIn size={16} aria-hidden /> Continue with {provider?.name ?? 'it'}
            </a>
          </>
        ) : (
          <LinkForm back={back} />
        )}
      </div>
      <p className="t12 ink3">The graph, the plan and the proof of your dbt project.</p>
    </main>
  );
}

function LinkForm({ back }: { back: string }) {
  return (
    <>
      <p className="ink2">
        This installation signs people in by a link. Print one where it runs: <code>npm start -- --link</code>
      </p>
      <form className="stack" action="/auth/link" method="post">
        <input type="hidden" name="return_to" value={back} />
        <label className="field large">
          <input name="token" aria-label="One-time link" placeholder="Paste the link" required autoComplete="off" />
        </label>
        <button className="button primary large">
          <LogIn size={16} aria-hidden /> Sign in
        </button>
      </form>
    </>
  );
}
