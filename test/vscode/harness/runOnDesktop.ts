// The same suites in desktop VS Code, which @vscode/test-electron downloads: for machines that reach its update server and have a screen.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runTests } from '@vscode/test-electron';
import { createSampleProject } from '../../../scripts/editor/sampleProject.ts';
import { root } from '../../../scripts/stages/stage.ts';
import { type Group, bundle, readResults } from './runInHost.ts';
import type { Result } from './suite.ts';

/**
 * Runs the suites of a group in one desktop window.
 * @param only - runs only tests whose "suite name" contains it
 * @throws Error when VS Code cannot be downloaded or ends before it ran a test
 */
export async function runOnDesktop(group: Group, only: string | undefined): Promise<Result[]> {
  const temporary = await mkdtemp(path.join(tmpdir(), 'instruct-desktop-'));
  const folder = path.join(temporary, 'workspace');
  const resultsFile = path.join(temporary, 'results.jsonl');
  try {
    if (group.name === 'sample') await createSampleProject(folder);
    else await mkdir(folder);
    const options = {
      version: '1.139.1',
      extensionDevelopmentPath: root,
      extensionTestsPath: await bundle(group),
      launchArgs: [folder, '--disable-workspace-trust', '--disable-extensions'],
      extensionTestsEnv: { INSTRUCT_TEST_RESULTS: resultsFile, INSTRUCT_TEST_ONLY: only ?? '' },
    };
    try {
      await runTests(options);
    } catch (error) {
      // Failed tests speak for themselves; anything else that ends the window is told as it came.
      const results = await readResults(resultsFile);
      if (!results.some(({ result }) => result === 'failed')) throw error;
    }
    return await readResults(resultsFile);
  } finally {
    await rm(temporary, { recursive: true, force: true, maxRetries: 5 });
  }
}
