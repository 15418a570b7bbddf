'use client';
import { Command, LogOut, Moon, Search } from 'lucide-react';
import Link from 'next/link';
import { usePathname, useRouter } from 'next/navigation';
import { type ReactNode, useState } from 'react';
import { useLive } from '../api/live.tsx';
import { signOut } from '../api/client.ts';
import { type Session, useAsk, useSession } from '../api/queries.ts';
import { Bones, Refused, troubleOf } from '../ui/blocks.tsx';
import { Logo } from '../ui/marks.tsx';
import { useNow } from '../ui/now.ts';
import { ago, nameOf, short } from '../ui/words.ts';
import { EnvironmentSwitcher } from './environment-switcher.tsx';
import { LiveNotice } from './live-notice.tsx';
import { KeyHelp } from './key-help.tsx';
import { useGoTo, useKeys } from './keys.ts';
import { Palette } from './palette.tsx';
import { openPlans } from '../plans/open-plans.ts';
import { currentOf, placeOf, places } from './places.ts';
import { usePlace } from './place.tsx';

/** The frame of every page of an environment. */
export function Shell({ children }: { children: ReactNode }) {
  const session = useSession();
  const [palette, setPalette] = useState(false);
  const [help, setHelp] = useState(false);
  const place = usePlace();
  const router = useRouter();
  const path = usePathname();
  const part = decodeURIComponent(path.split('/')[4] ?? '');

  useGoTo((letter) => {
    const found = places.find(([, , , key]) => key === letter);
    if (found) router.push(found[0] ? place.to(found[0]) : place.to());
  });
  useKeys({
    '?': () => setHelp(true),
    y: () => void navigator.clipboard?.writeText(location.href),
    '/': () => document.querySelector<HTMLInputElement>('main input[type="search"]')?.focus(),
  });

  const trouble = session.error ?? (session.data ? null : troubleOf(session));
  if (trouble)
    return <main className="page">{<Refused error={trouble} retry={() => void session.refetch()} isPage />}</main>;
  if (!session.data) return <Bones />;
  return (
    <div className={`frame ${part === 'graph' ? 'narrow-nav' : ''}`}>
      <a className="skip-link" href="#main">
        Skip to content
      </a>
      <Side session={session.data} part={part} />
      <Top path={path} part={part} openPalette={() => setPalette(true)} />
      <main className="page" id="main" tabIndex={-1} key={place.project + place.environment}>
        {children}
      </main>
      <nav className="tab-bar" aria-label="Main, phone">
        {places.map(([to, word, Icon]) => (
          <Link key={word} href={to ? place.to(to) : place.to()} aria-current={currentOf(to, part)}>
            <Icon size={20} aria-hidden />
            {word}
          </Link>
        ))}
      </nav>
      <LiveNotice />
      <Palette isOpen={palette} open={() => setPalette(true)} close={() => setPalette(false)} />
      <KeyHelp isOpen={help} close={() => setHelp(false)} />
    </div>
  );
}

function Side({ session, part }: { session: Session; part: string }) {
  const place = usePlace();
  const { project, environment } = place;
  const may = new Set(session.permissions);
  const plans = useAsk('plansList', { project, environment, limit: 50 }, { enabled: may.has('plan:read') });
  const runs = useAsk('runsList', { project, environment, limit: 50 }, { enabled: may.has('run:read') });
  const waiting = openPlans(plans.data?.items ?? []).length;
  const live = (runs.data?.items ?? []).filter(({ status }) => status === 'running' || status === 'requested').length;
  return (
    <nav className="side" aria-label="Main">
      <Link className="brand" href={place.to()} aria-label="Headgate, home">
        <Logo />
        <b>Headgate</b>
      </Link>
      <ul>
        {places.map(([to, word, Icon, key]) => (
          <li key={word}>
            <Link
              className="place"
              href={to ? place.to(to) : place.to()}
              aria-current={currentOf(to, part)}
              title={`${word}, g ${key}`}
            >
              <Icon size={16} aria-hidden />
              <span>{word}</span>
              {word === 'Plans' && waiting > 0 && <b className="count hot">{waiting}</b>}
              {word === 'Runs' && live > 0 && <b className="count">{live} live</b>}
            </Link>
          </li>
        ))}
      </ul>
      <div className="side-foot">
        <Pulse />
        <Me session={session} />
      </div>
    </nav>
  );
}

function Pulse() {
  const { project, environment } = usePlace();
  const { state, caughtUp } = useLive();
  const now = useNow();
  const snapshots = useAsk('snapshotsList', { project, environment, limit: 1 });
  const latest = snapshots.data?.items[0];
  const words = { connecting: 'connecting', live: 'live', waiting: 'reconnecting', elsewhere: 'not live' }[state];
  const said = caughtUp === undefined ? words : `live again, caught up to ${caughtUp} facts`;
  return (
    <div className="pulse-line" role="status" title={`Event stream: ${said}`}>
      <span className={`pulse ${state === 'waiting' || state === 'elsewhere' ? 'waiting' : ''}`} />
      <b>{latest ? `Snapshot ${short(latest.snapshot)}` : 'No snapshot'}</b>
      <span>
        {latest && now > 0 ? `${ago(latest.createdAt, now)} · ` : ''}
        {said}
      </span>
    </div>
  );
}

function Me({ session: { person, org } }: { session: Session }) {
  const { name } = person;
  const initials = name
    .split(/[\s@.]+/)
    .map((word) => word[0]?.toUpperCase() ?? '')
    .slice(0, 2)
    .join('');
  return (
    <button className="me" onClick={() => void signOut()} title={`${person.email ?? name}, ${org.name}. Sign out`}>
      <span className="face" aria-hidden>
        {initials}
      </span>
      <span className="cut">{name}</span>
      <span className="unseen">, sign out</span>
      <LogOut size={14} aria-hidden />
    </button>
  );
}

/** What stands behind the place: the asset's name, the end of an id, the page that no menu names. */
function leafOf(part: string, id: string | undefined): string | undefined {
  if (part === 'assets') return id && nameOf(decodeURIComponent(id));
  if (part === 'schedules') return 'Schedules';
  return id?.slice(-8);
}

function Top({ path, part, openPalette }: { path: string; part: string; openPalette: () => void }) {
  const place = usePlace();
  const [parent, word] = placeOf(part);
  const leaf = leafOf(part, path.split('/')[5]);
  return (
    <header className="top">
      <nav className="crumbs" aria-label="Breadcrumb">
        <span className="wide-only">{place.project}</span>
        <span className="slash wide-only">/</span>
        <EnvironmentSwitcher />
        <span className="slash">/</span>
        {leaf ? (
          <>
            <Link href={place.to(parent)}>{word}</Link>
            <span className="slash">/</span>
            <span aria-current="page">{leaf}</span>
          </>
        ) : (
          <span aria-current="page">{word}</span>
        )}
      </nav>
      <button className="find" onClick={openPalette} title="⌘K or Ctrl K">
        <Search size={14} aria-hidden />
        <span>Search or act</span>
        <kbd aria-hidden>
          <Command size={10} aria-hidden />K
        </kbd>
      </button>
      <ThemeButton />
    </header>
  );
}

function ThemeButton() {
  const toggle = () => {
    const root = document.documentElement;
    const chosen = root.dataset['theme'];
    const isDark = chosen ? chosen === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
    const next = isDark ? 'light' : 'dark';
    root.dataset['theme'] = next;
    document.cookie = `theme=${next}; path=/; max-age=31536000; samesite=lax`;
  };
  return (
    <button
      className="button quiet square"
      onClick={toggle}
      aria-label="Switch between light and dark"
      title="Light or dark"
    >
      <Moon size={16} aria-hidden />
    </button>
  );
}
