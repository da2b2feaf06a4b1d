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
        const call = node.expression;
        const calls = ['CallExpression', 'NewExpression', 'AwaitExpression'];
        if (!calls.includes(call.type) || handsOver(call)) return;
        const type = services.getTypeAtLocation(call);
        const method = type.getProperty('dispose');
        if (method !== undefined) context.report({ node, messageId: 'dropped' });
      },
    };
  },
});

/** `owner.add(item)` and `owner.own(item)` hand the item back, and have registered it already. */
function handsOver(call) {
  const name = call.type === 'CallExpression' ? call.callee.property?.name : undefined;
  return name === 'add' || name === 'own';
}
