// An ESLint rule: whoever is handed something with `dispose()` must keep it. A dropped `onDid…` Disposable is a listener
// that lives as long as the process.
import { ESLintUtils } from '@typescript-eslint/utils';

/** Reports an expression statement whose value (awaited or not) has a `dispose` method and is thrown away. */
export const noDroppedDisposable = ESLintUtils.RuleCreator.withoutDocs({
  meta: {
    type: 'problem',
    docs: { description: 'Keep every value that has dispose(), so that somebody can dispose it.' },
    messages: { dropped: 'This value has dispose() and is dropped: register it with an owner.' },
    schema: [],
  },
  defaultOptions: [],
  create(context) {
    const services = ESLintUtils.getParserServices(context);
    return {
      ExpressionStatement(node) {
        const value =
          node.expression.type === 'AwaitExpression' ? node.expression.argument : node.expression;
        if (value.type !== 'CallExpression' && value.type !== 'NewExpression') return;
        const type = services.getTypeAtLocation(node.expression);
        if (type.getProperty('dispose') === undefined) return;
        // `owner.use(thing)` and `thing.on(…)` give back what somebody holds already.
        const held = value.callee.type === 'MemberExpression' ? [value.callee.object] : [];
        const known = [...held, ...value.arguments].map((each) => services.getTypeAtLocation(each));
        if (!known.includes(type)) context.report({ node, messageId: 'dropped' });
      },
    };
  },
});

/** `owner.add(item)` and `owner.own(item)` hand the item back, and have registered it already. */
function handsOver(call) {
  const name = call.type === 'CallExpression' ? call.callee.property?.name : undefined;
  return name === 'add' || name === 'own';
}
