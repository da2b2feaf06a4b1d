/** A row of a tree view as plain data, so that what a view shows can be tested without an editor. */

/** The icons in use, by codicon name. */
export type IconName =
  | 'account'
  | 'beaker'
  | 'checklist'
  | 'circle-outline'
  | 'circle-slash'
  | 'comment'
  | 'database'
  | 'debug-pause'
  | 'debug-start'
  | 'edit'
  | 'error'
  | 'list-ordered'
  | 'loading~spin'
  | 'mortar-board'
  | 'package'
  | 'pass'
  | 'question'
  | 'rocket'
  | 'run-all'
  | 'sparkle'
  | 'star-empty'
  | 'symbol-misc'
  | 'tag'
  | 'warning'
  | 'watch';

/** See the file's header. */
export interface TreeNode {
  /** Unique in its tree, and the same as long as the row means the same. */
  readonly id: string;
  readonly label: string;
  readonly description?: string;
  readonly tooltip?: string;
  readonly icon?: IconName;
  /** A theme colour, such as `charts.green`. */
  readonly color?: string;
  /** Words that menus match, such as `run live running`. */
  readonly contextValue?: string;
  /** What a click does. */
  readonly command?: { readonly command: string; readonly arguments: readonly unknown[] };
  /** What a screen reader says where it is not label and description. */
  readonly spoken?: string;
  /** Rows below; absent for a leaf. */
  readonly children?: readonly TreeNode[];
  readonly expanded?: boolean;
  /** The run, prompt or model that commands on this row are about. */
  readonly target?: NodeTarget;
}

/** What a row stands for. */
export type NodeTarget =
  | { readonly kind: 'run'; readonly runId: string }
  | { readonly kind: 'prompt'; readonly promptId: string }
  | { readonly kind: 'model'; readonly model: string };

/** A text on one line, cut to a length with an ellipsis. */
export function oneLine(text: string, length: number): string {
  const flat = text.replaceAll(/\s+/g, ' ').trim();
  return flat.length <= length ? flat : `${flat.slice(0, length - 1).trimEnd()}…`;
}
