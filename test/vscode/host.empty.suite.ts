import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { suite, test } from './harness/suite.ts';

suite('Extension host', () => {
  test('is the pinned VS Code, on Node 24', () => {
    assert.match(vscode.version, /^1\.139\./);
    assert.match(process.versions.node, /^24\./);
  });

  test('has Instruct Studio, not yet active in a folder that is no project', () => {
    const extension = vscode.extensions.getExtension('instruct-studio.instruct-studio');
    assert.ok(extension !== undefined);
    assert.equal(extension.isActive, false);
  });
});
