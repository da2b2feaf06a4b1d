/** What commands are called with: a row of a tree, an id from a link or a lens, or nothing. */
import type { NodeTarget } from '../views/treeNode.ts';

/** The run, prompt or model that an argument names; undefined when it names none of that kind. */
export function targetId(argument: unknown, kind: NodeTarget['kind']): string | undefined {
  if (typeof argument === 'string') return argument;
  const target = property(argument, 'target');
  if (property(target, 'kind') !== kind) return undefined;
  const id = property(target, { run: 'runId', prompt: 'promptId', model: 'model' }[kind]);
  return typeof id === 'string' ? id : undefined;
}

/** A property of something that may be no object at all. */
export function property(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !(name in value)) return undefined;
  return Reflect.get(value, name);
}
