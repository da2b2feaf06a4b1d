// Everything that can be said about the code without running it. `npm run check`; also the first stage of `npm test`.
import process from 'node:process';
import { check } from './stages/check.ts';

const outcome = await check();
console.log(`${String(outcome.passed)} passed, ${String(outcome.failed)} failed`);
process.exitCode = outcome.failed === 0 ? 0 : 1;
