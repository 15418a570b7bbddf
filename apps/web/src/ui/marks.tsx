'use client';
import {
  Braces,
  Camera,
  CircleCheck,
  CircleDashed,
  CircleX,
  Contrast,
  Database,
  Equal,
  Eye,
  FlaskConical,
  Gauge,
  LayoutDashboard,
  LoaderCircle,
  type LucideIcon,
  Play,
  Sprout,
  Square,
  Table2,
} from 'lucide-react';

type Look = [className: string, icon: LucideIcon, word: string];

const verdicts: Record<string, Look> = {
  RUN: ['is-run', Play, 'Run'],
  PARTIAL: ['is-partial', Contrast, 'Partial'],
  SKIP: ['is-skip', Equal, 'Skip'],
};
const states: Record<string, Look> = {
  requested: ['is-idle', CircleDashed, 'Queued'],
  queued: ['is-idle', CircleDashed, 'Queued'],
  running: ['is-going', LoaderCircle, 'Running'],
  started: ['is-going', LoaderCircle, 'Running'],
  compiling: ['is-going', LoaderCircle, 'Compiling'],
  succeeded: ['is-ok', CircleCheck, 'Succeeded'],
  success: ['is-ok', CircleCheck, 'Succeeded'],
  pass: ['is-ok', CircleCheck, 'Passed'],
  failed: ['is-bad', CircleX, 'Failed'],
  fail: ['is-bad', CircleX, 'Failed'],
  error: ['is-bad', CircleX, 'Error'],
  'runtime error': ['is-bad', CircleX, 'Error'],
  warn: ['is-warn', CircleX, 'Warned'],
  cancelled: ['is-warn', Square, 'Cancelled'],
  skipped: ['is-idle', CircleDashed, 'Skipped'],
  interrupted: ['is-bad', CircleX, 'Interrupted'],
  reused: ['is-ok', CircleCheck, 'Reused'],
  proposed: ['is-warn', CircleDashed, 'Waits for approval'],
  allowed: ['is-ok', CircleCheck, 'Approved'],
  denied: ['is-bad', CircleX, 'Denied'],
};

export function Verdict({ verdict }: { verdict: string }) {
  const [className, Icon, word] = verdicts[verdict] ?? ['is-idle', CircleDashed, verdict];
  return (
    <span className={`verdict ${className}`}>
      <Icon size={12} aria-hidden />
      {word}
    </span>
  );
}

/** What a state is called and how it looks; unknown ones keep their own word. */
export const stateLook = (state: string): Look => states[state] ?? ['is-idle', CircleDashed, state];

export function State({ state, bare = false, word }: { state: string; bare?: boolean; word?: string }) {
  const [className, Icon, own] = stateLook(state);
  return (
    <span className={`state ${className} ${bare ? 'bare' : ''}`}>
      <Icon size={bare ? 14 : 12} className={className === 'is-going' ? 'spin' : ''} aria-hidden />
      {word ?? own}
    </span>
  );
}

const assets: Record<string, LucideIcon> = {
  source: Database,
  seed: Sprout,
  snapshot: Camera,
  exposure: LayoutDashboard,
  test: FlaskConical,
  unit_test: FlaskConical,
  metric: Gauge,
  semantic_model: Gauge,
  macro: Braces,
};

/** The drawing of an asset: by its type, a model by how it is built. */
export function AssetIcon({ type, built, size = 14 }: { type: string; built?: string | undefined; size?: number }) {
  const Icon = assets[type] ?? (built === 'view' || built === 'ephemeral' ? Eye : Table2);
  return <Icon size={size} aria-hidden />;
}

export function Logo() {
  return (
    <svg viewBox="0 0 32 32" fill="none" strokeLinecap="round" strokeWidth="2.5" aria-hidden>
      <path stroke="var(--ink)" d="M12 3h8M16 3v5M7 8v11M25 8v11" />
      <rect x="10" y="8" width="12" height="8.5" rx="1.6" fill="var(--ink)" />
      <path
        stroke="var(--run-mark)"
        d="M10 21c2-1.5 4-1.5 6 0s4 1.5 6 0M4 27c2-1.6 4-1.6 6 0s4 1.6 6 0 4-1.6 6 0 4 1.6 6 0"
      />
    </svg>
  );
}
