// Lint rule: a file that opens a write transaction also writes an audit leaf in it. The database refuses such a
// commit anyway; this says so before anything runs.

/** @type {import('eslint').Rule.RuleModule} */
export const auditedWrites = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      missing:
        'A write without an audit leaf: call mutate(tx, event, data) in this transaction (or in what it calls here).',
    },
  },
  create(context) {
    const writes = [];
    let mutates = false;
    return {
      CallExpression({ callee }) {
        if (callee.type === 'Identifier' && /^mutate(All|Last)?$/.test(callee.name)) mutates = true;
        const isWrite =
          callee.type === 'MemberExpression' &&
          callee.property.name === 'write' &&
          /database$/i.test(nameOf(callee.object));
        if (isWrite) writes.push(callee);
      },
      // `unaudited` tables are written without a leaf: the method says so where it does it.
      'Program:exit'() {
        const exempt = context.sourceCode.getAllComments().some(({ value }) => /\bunaudited:/.test(value));
        if (mutates || exempt) return;
        for (const node of writes) context.report({ node, messageId: 'missing' });
      },
    };
  },
};

function nameOf(node) {
  if (node.type === 'Identifier') return node.name;
  if (node.type === 'MemberExpression') return node.property.name ?? '';
  return '';
}
