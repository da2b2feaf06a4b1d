import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Arguments } from './commandLine.ts';
import { engineSettings } from './engineSettings.ts';

const given = (options: Record<string, string>): Arguments =>
  new Arguments('sft', [], new Map(Object.entries(options).map(([name, text]) => [name, [text]])));

test('the command line decides what computes, then the project; nothing is said of the usual', () => {
  const project = { backend: 'tfjs', device: 'auto' } as const;
  assert.deepEqual(engineSettings('sft', given({}), {}), {});
  assert.deepEqual(engineSettings('sft', given({}), project), project);
  assert.deepEqual(engineSettings('sft', given({ device: 'webgpu' }), project), {
    backend: 'tfjs',
    device: 'webgpu',
  });
});

test('a device that there is not is refused with those that there are', () => {
  assert.throws(
    () => engineSettings('sft', given({ device: 'gpu' }), {}),
    /auto, cpu, webgpu, cuda/,
  );
});
