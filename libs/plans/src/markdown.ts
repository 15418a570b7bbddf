import { checked, inWords } from './explain.ts';
import type { ExecutionPlan, PlanEntry } from './plan.ts';

/** A comment on a pull request holds 65,536 characters; the rest is for the words around it. */
const longest = 60_000;

/**
 * A plan for people who review a change: what runs, why, where it began, what is assumed. `reached` names exposures that
 * depend on something that runs.
 */
export function markdown(plan: ExecutionPlan, reached: readonly string[] = []): string {
  const { counts, data, engine } = plan.header;
  const runs = plan.entries.filter((entry) => entry.verdict !== 'SKIP');
  const begins = runs.filter((entry) => entry.cause.length === 1);
  const tested = runs.filter((entry) => entry.cause.length === 0);
  const follows = runs.filter((entry) => entry.cause.length > 1);
  const lines = [
    `### Plan: ${counts.run} run, ${counts.skip} skip${counts.partial ? `, ${counts.partial} partial` : ''}`,
    '',
  ];
  if (runs.length === 0) lines.push('Nothing in this change reaches a model, seed, snapshot or test.', '');
  if (begins.length > 0) lines.push('| changed | why |', '|---|---|', ...begins.map(changedRow), '');
  if (follows.length > 0) {
    lines.push(
      `<details><summary>${follows.length} that follow</summary>`,
      '',
      '| node | cause |',
      '|---|---|',
      ...follows.map(causeRow),
      '',
      '</details>',
      '',
    );
  }
  if (tested.length > 0) lines.push(`Only tests of these run: ${tested.map(({ id }) => code(id)).join(', ')}`, '');
  if (reached.length > 0) lines.push(`Exposures reached: ${reached.map(code).join(', ')}`, '');
  if (data.assumed.length > 0)
    lines.push(`Assumed unchanged: ${data.assumed.map((one) => code(one.id)).join(', ')}`, '');
  if (data.mode === 'check')
    lines.push(`Data checked: ${checked(plan).map(code).join(', ') || 'nobody knows any version'}`, '');
  lines.push(
    `<sub>plan ${plan.digest.slice(0, 19)}… · state ${plan.header.state.slice(0, 19)}…${engine ? ` · dbt ${engine}` : ''}</sub>`,
    '',
  );
  return cut(lines);
}

function changedRow(entry: PlanEntry): string {
  return `| ${code(entry.id)} | ${cell(entry.reasons.map(inWords).join('; '))} |`;
}

function causeRow(entry: PlanEntry): string {
  return `| ${code(entry.id)} | ${entry.cause.map(code).join(' → ')} |`;
}

/** Names come from other people's projects: they must not end the cell or the code they stand in. */
function code(text: string): string {
  return `\`${text.replaceAll('`', "'").replaceAll('|', '\\|').replaceAll('\n', ' ')}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ').replaceAll('<', '&lt;');
}

/** Leaves rows out of the middle, and says how many, so that heading and end always stand. */
function cut(lines: readonly string[]): string {
  const whole = lines.join('\n');
  if (whole.length <= longest) return whole;
  const tail = lines.slice(-6).join('\n');
  const kept: string[] = [];
  let room = longest - tail.length - 200;
  for (const line of lines.slice(0, -6)) {
    if ((room -= line.length + 1) < 0) break;
    kept.push(line);
  }
  const open = kept.some((line) => line.startsWith('<details>')) ? '\n\n</details>' : '';
  return `${kept.join('\n')}${open}\n\n… and ${lines.length - 6 - kept.length} lines more\n\n${tail}`;
}
