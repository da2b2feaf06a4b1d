// ONNX Runtime's own telemetry (onnxruntime-node from 1.29 on), which is on by default: a device id and a store of events in the home folder,
// and requests to its maker.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeLessonProject } from './fixtures/lessonProject.ts';
import { entry, startNode, temporaryFolder } from './fixtures/runs.ts';

test('a run leaves nothing in the home and temporary folders', async (t) => {
  const project = temporaryFolder(t);
  await writeLessonProject(project);
  const own = temporaryFolder(t);
  const [home, temporary] = [join(own, 'home'), join(own, 'tmp')];
  for (const folder of [home, temporary]) mkdirSync(folder);
  // Its telemetry is off by itself where it finds one of these, which a test's machine may have.
  const quiet =
    /^(CI|CI_.*|BUILD_.*|GITHUB_ACTIONS|TF_BUILD|ORT_.*|JENKINS_.*|TRAVIS|CIRCLECI|GITLAB_CI|XDG_.*)$/;
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !quiet.test(name)));
  const args = ['sft', '--project', project, '--json', '--set', 'epochs=1'];
  const started = startNode(t, entry, args, {
    env: { ...env, HOME: home, USERPROFILE: home, TMPDIR: temporary, TEMP: temporary },
  });
  const { code, stderr } = await started.ended;
  assert.equal(code, 0, stderr);
  const left = [home, temporary].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }),
  );
  assert.deepEqual(left, []);
});
