import { compareStates, type ContractBreak, type NodeComparison, type StateComparison } from '../../state/compare.ts';
import type { PartName } from '../../state/parts.ts';
import { contractFailure, internalFailure, runtimeFailure } from '../failure.ts';
import { loadedAt } from '../previous-state.ts';
import type { NodeSet } from '../project.ts';
import { mark, type Method, type MethodContext } from './context.ts';

type Check = (node: NodeComparison) => boolean;

/** New nodes count as changed in every part that their kind has. */
const differs =
  (part: PartName): Check =>
  ({ changed }) =>
    changed.has(part);

const CHECKS: Readonly<Record<string, Check>> = {
  new: ({ isNew }) => isNew,
  old: ({ isNew }) => !isNew,
  modified: ({ isModified }) => isModified,
  unmodified: ({ isModified }) => !isModified,
  'modified.body': differs('body'),
  'modified.configs': differs('configs'),
  'modified.persisted_descriptions': differs('persisted_descriptions'),
  'modified.relation': differs('relation'),
  'modified.macros': ({ macros }) => macros,
  'modified.contract': differs('contract'),
};

/** The checks that look at contracts, and so may end the command over a versioned model. */
const GUARDED = new Set(['modified', 'unmodified', 'modified.contract']);

export const state: Method = (context, { value, raw }) => {
  const { project, previous, flags } = context;
  if (!previous?.manifest) {
    throw runtimeFailure('Got a state selector method, but no comparison manifest', {
      ...(typeof raw === 'string' && { raw }),
      hint: 'name a folder that holds a manifest.json with --state',
    });
  }
  const word = String(value);
  const check = Object.hasOwn(CHECKS, word) ? CHECKS[word] : undefined;
  if (!check) {
    const known = Object.keys(CHECKS).map((name) => `'${name}'`);
    throw runtimeFailure(`Got an invalid selector "${word}", expected one of "[${known.join(', ')}]"`, {
      ...(typeof raw === 'string' && { raw }),
    });
  }
  const comparison = compareStates(previous.manifest, project.manifest, { ...flags, now: previous.now });
  const set = mark(context, 'all', (_, id) => {
    if (GUARDED.has(word)) report(context, comparison.contractBreak(id));
    return check(comparison.node(id)!);
  });
  if (GUARDED.has(word)) reportRemoved(context, comparison);
  return set;
};

function reportRemoved(context: MethodContext, comparison: StateComparison): void {
  for (const broken of comparison.removedContracts) report(context, broken);
}

function report(context: MethodContext, broken: ContractBreak | undefined): void {
  if (!broken) return;
  const { node, breaks, fatal } = broken;
  const path = node.original_file_path ?? '';
  if (fatal) throw contractFailure({ resource_type: node.resource_type, name: node.name, path }, breaks);
  context.warn(
    `Breaking change to the contract of ${node.name} (${path}), which is not versioned: ${breaks.join('; ')}`,
  );
}

/** The nodes that had this very status in the previous run_results. */
export const result: Method = (context, { value }) => {
  const results = context.previous?.runResults;
  if (!results) throw internalFailure('No comparison run_results', 'the --state folder holds no run_results.json');
  const matching = new Set(results.results.filter(({ status }) => status === value).map((row) => row.unique_id));
  return mark(context, 'all', (_, id) => matching.has(id));
};

/** `fresher`: sources with data newer than the previous sources.json saw. Anything else selects nothing, silently. */
export const sourceStatus: Method = (context, { value }): NodeSet => {
  const [before, now] = [context.previous?.sources, context.freshness];
  if (!before) {
    throw internalFailure(
      'No previous state comparison freshness results in sources.json',
      'the --state folder holds no sources.json',
    );
  }
  if (!now) {
    throw internalFailure(
      'No current state comparison freshness results in sources.json',
      'no sources.json beside the manifest: run dbt source freshness first',
    );
  }
  const [was, is] = [loadedAt(before), loadedAt(now)];
  return mark(context, 'all', (_, id) => {
    const time = is.get(id);
    if (value !== 'fresher' || time === undefined) return false;
    const earlier = was.get(id);
    return earlier === undefined || time > earlier;
  });
};
