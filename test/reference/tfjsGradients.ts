/**
 * tfjs-core's gradients for Node. Its CommonJS build leaves them out; the browser build has them,
 * but imports its own files without their extension, which Node does not resolve by itself.
 */
import { registerHooks } from 'node:module';

/** Registers the gradient of every tfjs kernel. */
export async function registerTfjsGradients(): Promise<void> {
  const hooks = registerHooks({
    resolve(specifier, context, nextResolve) {
      const isOwnFile =
        specifier.startsWith('.') &&
        !specifier.endsWith('.js') &&
        context.parentURL?.includes('/@tensorflow/tfjs-core/dist/') === true;
      return nextResolve(isOwnFile ? `${specifier}.js` : specifier, context);
    },
  });
  try {
    await import('@tensorflow/tfjs-core/dist/register_all_gradients.js');
  } finally {
    hooks.deregister();
  }
}
