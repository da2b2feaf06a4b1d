// Runs npm, and turns its failures into one sentence. Node's own modules only: the bootstrap uses it before anything is installed.
import { spawn } from 'node:child_process';
import process from 'node:process';

const windows = process.platform === 'win32';
const unreachable =
  /\b(ENOTFOUND|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|FETCH_ERROR)\b/;

/**
 * Ends the process with one sentence for the user.
 * @param {string} sentence - what is wrong and what to do
 * @returns {never}
 */
export function stop(sentence) {
  console.error(`instruct-studio: ${sentence}`);
  process.exit(1);
}

/**
 * Runs npm quietly; ends the process with one sentence where npm is missing, reaches no registry or fails. Ctrl+C ends npm and all that it started.
 * @param {readonly string[]} words - npm's arguments, none of which may contain a space
 * @param {string} folder - where to run it
 * @param {Readonly<Record<string, string>>} environment - added to this process's
 * @returns {Promise<void>}
 */
export async function npm(words, folder, environment = {}) {
  const child = spawn(
    windows ? 'npm.cmd' : 'npm',
    [...words, '--no-audit', '--no-fund', '--loglevel=error'],
    {
      cwd: folder,
      shell: windows,
      detached: !windows,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        npm_config_loglevel: 'error',
        // npm waits minutes for a registry that is not there.
        npm_config_fetch_retry_mintimeout: '2000',
        npm_config_fetch_retry_maxtimeout: '10000',
        ...environment,
      },
    },
  );
  const end = () => {
    if (child.pid !== undefined) process.kill(windows ? child.pid : -child.pid, 'SIGTERM');
    process.exit(130);
  };
  process.on('SIGINT', end).on('SIGTERM', end).on('SIGHUP', end);
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => (output += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk) => (output += chunk));
  const code = await new Promise((resolve) => {
    child.once('error', () => resolve('missing'));
    child.once('close', resolve);
  });
  process.off('SIGINT', end).off('SIGTERM', end).off('SIGHUP', end);
  if (code === 'missing' || (windows && /not recognized/.test(output))) {
    stop('npm was not found: install Node.js 20 or newer with npm, then run this command again.');
  }
  if (code === 0) return;
  if (unreachable.test(output)) {
    stop(
      'the npm registry cannot be reached: check the network or proxy (`npm config get registry`), then run this command again.',
    );
  }
  console.error(output.trim());
  stop(`\`npm ${words.join(' ')}\` failed: its message stands above.`);
}
