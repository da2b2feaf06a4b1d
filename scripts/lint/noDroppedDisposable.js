// An ESLint rule: whoever is handed something with `dispose()` must keep it. A dropped `onDid…` Disposable is a listener
// that lives as long as the process.

/**
 * Reports an expression statement whose value (awaited or not) has a `dispose` method and is thrown away.
 * @type {import('eslint').Rule.RuleModule}
 */
export const noDroppedDisposable = {
  meta: {
    type: 'problem',
    docs: { description: 'Keep every value that has dispose(), so that somebody can dispose it.' },
    messages: { dropped: 'This value has dispose() and is dropped: register it with an owner.' },
    schema: [],
  },
  create(context) {
    // Filled by typescript-eslint's parser where it works with types.
    const services = context.sourceCode.parserServices;
    return {
      ExpressionStatement(node) {
        const value =
          node.expression.type === 'AwaitExpression' ? node.expression.argument : node.expression;
        if (value.type !== 'CallExpression' && value.type !== 'NewExpression') return;
        const type = services.getTypeAtLocation(node.expression);
        if (type.getProperty('dispose') === undefined) return;
        // `thing.on(…)` gives back the thing itself, `owner.add(thing)` what the owner now holds.
        const typeOf = (each) => services.getTypeAtLocation(each);
        if (value.callee.type === 'MemberExpression' && typeOf(value.callee.object) === type)
          return;
        if (value.arguments.some((each) => typeOf(each).getProperty('dispose') !== undefined))
          return;
        context.report({ node, messageId: 'dropped' });
      },
    };
  },
};
