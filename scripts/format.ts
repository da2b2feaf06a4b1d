// Formats every file of the repository in place. `npm run format`.
import process from 'node:process';
import { runNode } from './stages/stage.ts';

const { code, output } = await runNode(
  'node_modules/prettier/bin/prettier.cjs',
  ['--write', '.', '--log-level', 'warn'],
  { log: 'format' },
);
process.stdout.write(output);
process.exitCode = code ?? 1;
