import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { projectJsonSchema } from '../protocol/project.ts';

const file = new URL('../../schemas/instruct.schema.json', import.meta.url);

test('the contributed schema of instruct.json is the one made from the tables', async () => {
  const made = `${JSON.stringify(projectJsonSchema(), null, 2)}\n`;
  if (process.env['UPDATE_GOLDEN'] === '1') await writeFile(file, made);
  assert.equal(
    await readFile(file, 'utf8'),
    made,
    'run `UPDATE_GOLDEN=1 node --test src/host/projectSchemaFile.test.ts` and commit the file',
  );
});
