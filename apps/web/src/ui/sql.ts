/** A piece of SQL and what it is: keyword, string, number, comment, or nothing special. */
export type Piece = [kind: 'k' | 's' | 'n' | 'c' | '', text: string];

const words =
  'all and any as asc between by case cast coalesce create cross current date delete desc distinct else end except exists extract false filter first following from full group having if in inner insert intersect interval into is join lateral left like limit merge natural not null nulls offset on or order outer over partition preceding qualify range recursive replace right row rows select set table then timestamp true unbounded union unnest update using values view when where window with within';
const keyword = new Set(words.split(' '));
const token =
  /(--[^\n]*|\{#[\s\S]*?#\}|\/\*[\s\S]*?\*\/)|('(?:[^']|'')*')|(\b\d+(?:\.\d+)?\b)|([A-Za-z_][A-Za-z0-9_]*)/g;

/** Splits SQL (with Jinja) into pieces to colour; joined, they are the text again. */
export function piecesOf(sql: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const match of sql.matchAll(token)) {
    const [all, comment, string, number, word] = match;
    const kind = comment ? 'c' : string ? 's' : number ? 'n' : word && keyword.has(word.toLowerCase()) ? 'k' : '';
    if (kind === '') continue;
    if (match.index > from) pieces.push(['', sql.slice(from, match.index)]);
    pieces.push([kind, all]);
    from = match.index + all.length;
  }
  if (from < sql.length) pieces.push(['', sql.slice(from)]);
  return pieces;
}
