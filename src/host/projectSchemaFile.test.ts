import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { hyperparametersPage } from '../protocol/hyperparametersPage.ts';
import { plannedRunJsonSchema } from '../protocol/plannedRun.ts';
import { projectJsonSchema } from '../protocol/project.ts';

/** Files that are made from the table of hyper-parameters, by their path from the root. */
const made = {
  'schemas/instruct.schema.json': () => `${JSON.stringify(projectJsonSchema(), null, 2)}\n`,
  'schemas/run.schema.json': () => `${JSON.stringify(plannedRunJsonSchema(), null, 2)}\n`,
  'docs/HYPERPARAMETERS.md': hyperparametersPage,
};

for (const [name, make] of Object.entries(made)) {
  test(`${name} is the one made from the tables`, async () => {
    const file = new URL(`../../${name}`, import.meta.url);
    if (process.env['UPDATE_GOLDEN'] === '1') await writeFile(file, make());
    assert.equal(
      await readFile(file, 'utf8'),
      make(),
      'run `UPDATE_GOLDEN=1 node --test src/host/projectSchemaFile.test.ts` and commit the file',
    );
  });
}
