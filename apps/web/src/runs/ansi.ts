/** A stretch of a log line in one colour: an ANSI colour name, or none; `bold` as the terminal would show it. */
export interface Stretch {
  text: string;
  colour: '' | 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan' | 'grey';
  bold: boolean;
}

const colours = ['grey', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', ''] as const;
const escape = /\u001b\[([0-9;]*)([A-Za-z])/g;

/** Splits a line at its colour codes; every other code of a terminal is dropped. */
export function stretchesOf(line: string): Stretch[] {
  if (!line.includes('\u001b')) return [{ text: line, colour: '', bold: false }];
  const stretches: Stretch[] = [];
  let colour: Stretch['colour'] = '';
  let bold = false;
  let from = 0;
  const push = (to: number) => to > from && stretches.push({ text: line.slice(from, to), colour, bold });
  for (const match of line.matchAll(escape)) {
    push(match.index);
    from = match.index + match[0].length;
    if (match[2] !== 'm') continue;
    for (const code of (match[1] || '0').split(';').map(Number)) {
      if (code === 0) [colour, bold] = ['', false];
      else if (code === 1) bold = true;
      else if (code === 39) colour = '';
      else if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) colour = colours[code % 10] ?? '';
    }
  }
  push(line.length);
  return stretches;
}

/** The line as text alone. */
export const plain = (line: string): string => (line.includes('\u001b') ? line.replace(escape, '') : line);
