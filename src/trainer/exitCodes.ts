/** What the process's exit status means; the command line's help prints this table. */

/** Exit statuses by meaning. */
export const exitCodes = {
  /** Done. */
  ok: 0,
  /** Failed, or problems were found. */
  failed: 1,
  /** The command line was wrong: nothing was done. */
  usage: 2,
  /** Stopped before its end, with a checkpoint: `run` goes on from there. */
  stopped: 3,
} as const;

/** One of {@link exitCodes}. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The table for `--help`. */
export const exitCodeHelp = `Exit status:
  0  done
  1  failed, or problems were found
  2  the command line was wrong; nothing was done
  3  stopped before the end, with a checkpoint; "run FOLDER" goes on from there`;
