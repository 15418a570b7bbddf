'use client';
import { CircleAlert, RefreshCw } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Refusal } from '../api/client.ts';

/** The shape of what comes, shown only when it takes longer than a blink. */
export function Bones({ rows = 6, label = 'Loading' }: { rows?: number; label?: string }) {
  return (
    <div className="bones" role="status">
      <span className="unseen">{label}</span>
      {Array.from({ length: rows }, (_, row) => (
        <i key={row} style={{ width: `${92 - ((row * 17) % 48)}%` }} />
      ))}
    </div>
  );
}

/** The shape of one figure or line of text, so wide in pixels. */
export const Bone = ({ width, label }: { width: number; label: string }) => (
  <span className="bone" style={{ width }}>
    <span className="unseen">{label}</span>
  </span>
);

/** A fact, its reason, one step. */
export function Empty({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="empty">
      <h2>{title}</h2>
      {children && <p>{children}</p>}
      {action && <div className="row">{action}</div>}
    </div>
  );
}

const titles: Record<number, string> = {
  0: 'The server cannot be reached',
  401: 'You are signed out',
  403: 'You may not see this',
  404: 'This does not exist, or you may not see it',
};

/** What a refusal says, whether anything is lost, what to do. */
export function Refused({ error, retry, isPage = false }: { error: Refusal; retry?: () => void; isPage?: boolean }) {
  const Heading = isPage ? 'h1' : 'h2';
  return (
    <div className="empty" role="alert">
      <Heading>{titles[error.status] ?? 'The server refused'}</Heading>
      <p>{error.message}</p>
      {error.hint && <p className="ink3">{error.hint}</p>}
      {error.status === 403 && <p className="ink3">An admin of the organization can grant it, in Settings.</p>}
      {error.requestId && (
        <p className="t12 ink3">
          Request <code>{error.requestId}</code>
        </p>
      )}
      <div className="row">
        {error.status === 401 ? (
          <a className="button primary large" href={`/sign-in?return_to=${encodeURIComponent(location.pathname)}`}>
            Sign in
          </a>
        ) : (
          retry && (
            <button className="button" onClick={retry}>
              <RefreshCw size={14} aria-hidden /> Try again
            </button>
          )
        )}
      </div>
    </div>
  );
}

/** It is still tried again by itself, but whoever waits learns why. */
export const troubleOf = (of: { failureCount?: number; failureReason?: Refusal | null }): Refusal | null =>
  (of.failureCount ?? 0) > 2 ? (of.failureReason ?? null) : null;

/** One answer on its way: bones, then a refusal or what was asked for. */
export function Answer<T>({
  of,
  children,
  bones = 6,
  isPage = false,
}: {
  of: {
    data: T | undefined;
    error: Refusal | null;
    refetch: () => unknown;
    failureCount?: number;
    failureReason?: Refusal | null;
  };
  children: (data: T) => ReactNode;
  bones?: number;
  /** Whether it is the whole page, whose heading a refusal then is. */
  isPage?: boolean;
}) {
  if (of.data !== undefined) return children(of.data);
  const error = of.error ?? troubleOf(of);
  if (error) return <Refused error={error} retry={() => void of.refetch()} isPage={isPage} />;
  return <Bones rows={bones} />;
}

/** A button that stays in reach when it cannot be used, and says why beside itself. */
export function Action({
  children,
  why,
  busy,
  kind = '',
  onAct,
  id,
  keys,
}: {
  children: ReactNode;
  why?: string | undefined;
  busy?: boolean;
  kind?: string;
  onAct: () => void;
  id: string;
  keys?: string;
}) {
  const off = why !== undefined || busy === true;
  return (
    <>
      {why && (
        <span className="t12 ink2 row" id={`${id}-why`}>
          <CircleAlert size={14} aria-hidden /> {why}
        </span>
      )}
      <button
        className={`button ${kind}`}
        aria-disabled={off}
        aria-describedby={why ? `${id}-why` : undefined}
        title={keys ? `${keys}` : undefined}
        onClick={() => !off && onAct()}
      >
        {children}
      </button>
    </>
  );
}
