/** A bug planted in the code that builds plans: a text in one of its files, and what stands there instead. */
export interface Mutant {
  readonly name: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** Mistakes that a builder of plans could make; `verify` must refuse a plan of each. */
export const mutants: readonly Mutant[] = [
  {
    name: 'a failed node is taken as built',
    file: 'verdict.ts',
    from: "before.last.result !== 'succeeded'",
    to: 'false',
  },
  {
    name: 'a changed body is no change',
    file: 'difference.ts',
    from: 'return names.filter(',
    to: "return names.filter((name) => name !== 'body').filter(",
  },
  {
    name: 'a changed config is no change',
    file: 'parts.ts',
    from: 'if (found.parts[name] !== undefined)',
    to: "if (found.parts[name] !== undefined && name !== 'configs')",
  },
  {
    name: 'what an input does is not looked at',
    file: 'verdict.ts',
    from: 'const move = moved(input);',
    to: 'const move = undefined;',
  },
  { name: 'macros never change', file: 'difference.ts', from: 'now[macro] !== before[macro]', to: 'false' },
  {
    name: 'tests carry no verdict',
    file: 'parts.ts',
    from: "'snapshot', 'test', 'unit_test'",
    to: "'snapshot', 'unit_test'",
  },
  {
    name: 'an input that was rebuilt since is as before',
    file: 'difference.ts',
    from: '(c.state.nodes[id]?.built?.fingerprint ?? absent) === was',
    to: 'true',
  },
  {
    name: 'ephemeral models never change',
    file: 'difference.ts',
    from: 'return beganAt(c, id, was) === undefined;',
    to: 'return true;',
  },
  {
    name: 'the stage leaves the last node out',
    file: 'build.ts',
    from: "[{ command: 'build', nodes }]",
    to: "[{ command: 'build', nodes: nodes.slice(0, Math.max(1, nodes.length - 1)) }]",
  },
  {
    name: 'a snapshot is never run',
    file: 'build.ts',
    from: 'const run = cause.length > 0;',
    to: "const run = cause.length > 0 && !id.startsWith('snapshot.');",
  },
  {
    name: 'the wave stops after one step',
    file: 'build.ts',
    from: '!causes.has(input)',
    to: '!causes.has(input) || (causes.get(input)?.length ?? 0) > 1',
  },
  {
    name: 'the cause is told backwards',
    file: 'build.ts',
    from: '    cause,\n',
    to: '    cause: [...cause].reverse(),\n',
  },
  {
    name: 'assumed sources are not listed',
    file: 'build.ts',
    from: "what: 'source' }",
    to: "what: 'source' }), assumed.delete(source",
  },
  {
    name: 'a node never built is skipped',
    file: 'verdict.ts',
    from: "if (!built) reasons.push({ code: 'never_built' });",
    to: '',
  },
  {
    name: 'whatever an input gives is what it gave',
    file: 'decide.ts',
    from: 'if (same && !view) return [];',
    to: 'if (!view) return [];',
  },
  {
    name: 'a changed text always says the same',
    file: 'decide.ts',
    from: 'const explained = same ||',
    to: 'const explained = true ||',
  },
  {
    name: 'an incremental model is read like a table',
    file: 'query-rule.ts',
    from: "return 'incremental';",
    to: 'return null;',
  },
  { name: 'random() is always the same', file: 'content.ts', from: 'if (part.volatile) return null;', to: '' },
  {
    name: 'a view is never bound anew',
    file: 'decide.ts',
    from: "const view = node?.resource_type === 'model'",
    to: "const view = node?.resource_type === 'nothing'",
  },
  {
    name: 'new data in a source is not noticed',
    file: 'verdict.ts',
    from: 'return is === was ? []',
    to: 'return is !== undefined ? []',
  },
  {
    name: 'an input rebuilt over other data is as before',
    file: 'verdict.ts',
    from: 'if (is === was) return [];',
    to: 'return [];',
  },
  {
    name: 'nobody is told whose tests run',
    file: 'partial.ts',
    from: "entry.verdict !== 'SKIP' || !run",
    to: "entry.verdict !== 'PARTIAL' || !run",
  },
  {
    name: 'what dbt builds a node with does not count',
    file: 'parts.ts',
    from: "parts['machinery'] = machinery.hash;",
    to: '',
  },
  {
    name: 'a table is a table, whoever builds it',
    file: 'query-rule.ts',
    from: "?.replaced) return 'materialization';",
    to: '?.replaced) return null;',
  },
];
