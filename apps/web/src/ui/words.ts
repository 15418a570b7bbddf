/** How figures and times are written. All take what the API gives: milliseconds, ISO times, ids. */
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** 840 ms, 12.3 s, 4 m 05 s, 1 h 02 m. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  const two = (value: number) => String(value).padStart(2, '0');
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m ${two(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${two(Math.floor((seconds % 3600) / 60))} m`;
}

/** How long ago, where age matters; a date from the second day on. */
export function ago(iso: string, now: number): string {
  const ms = now - Date.parse(iso);
  if (ms < 5000) return 'just now';
  if (ms < minuteMs) return `${Math.floor(ms / 1000)} s ago`;
  if (ms < hourMs) return `${Math.floor(ms / minuteMs)} min ago`;
  if (ms < dayMs) return `${Math.floor(ms / hourMs)} h ago`;
  return new Date(iso).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
}

/** 13:04:05, the local time of day. */
export const clock = (iso: string): string => new Date(iso).toLocaleTimeString('en-GB');

/** 21 Nov 13:04:05, where time is proof. */
export const stamp = (iso: string): string =>
  new Date(iso)
    .toLocaleString('en-GB', {
      day: '2-digit',
      month: 'short',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hour12: false,
    })
    .replace(',', '');

export const count = (value: number): string => value.toLocaleString('en-US');
export const several = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`;

export function bytes(size: number): string {
  if (size < 1024) return `${size} B`;
  if (size < 1024 ** 2) return `${(size / 1024).toFixed(1)} kB`;
  return `${(size / 1024 ** 2).toFixed(1)} MB`;
}

/** The first seven digits of a `sha256:…`. */
export const short = (digest: string): string => digest.replace(/^sha256:/, '').slice(0, 7);
/** The first block of a UUID, which people read aloud. */
export const brief = (uuid: string): string => uuid.slice(-8);

/** `model.shop.stg_orders` → `stg_orders`; `source.shop.raw.orders` → `raw.orders`. */
export function nameOf(id: string): string {
  const parts = id.split('.');
  if (parts.length < 3) return id;
  return parts[0] === 'source' || parts[0] === 'test'
    ? parts.slice(2, parts[0] === 'test' ? 3 : 4).join('.')
    : parts.slice(2).join('.');
}
export const typeOf = (id: string): string => id.split('.')[0] ?? id;

/** The name of a kind of node, for so many of them: `1`, `semantic_model` → semantic model; `2`, `analysis` → analyses. */
export function kindOf(many: number, type: string): string {
  const word = type.replace(/_/g, ' ');
  if (many === 1) return word;
  return /[^e]is$/.test(word) ? word.replace(/is$/, 'es') : /y$/.test(word) ? word.replace(/y$/, 'ies') : `${word}s`;
}
