/** A tree view over rows of plain data, redrawn at most a few times a second while it is seen. */
import * as vscode from 'vscode';
import { Disposables } from '../disposables.ts';
import type { TreeNode } from './treeNode.ts';

const redrawMs = 250;

/** See the file's header. `rows` makes the rows anew each time. */
export class NodeTree implements vscode.TreeDataProvider<TreeNode>, vscode.Disposable {
  private readonly owned = new Disposables();
  private readonly changed = this.owned.add(new vscode.EventEmitter<undefined>());
  readonly onDidChangeTreeData = this.changed.event;
  readonly view: vscode.TreeView<TreeNode>;
  private readonly rows: () => readonly TreeNode[];
  private timer: NodeJS.Timeout | undefined;
  private stale = false;

  constructor(
    viewId: string,
    rows: () => readonly TreeNode[],
    drop?: vscode.TreeDragAndDropController<TreeNode>,
  ) {
    this.rows = rows;
    const dropping = drop === undefined ? {} : { dragAndDropController: drop };
    const options = { treeDataProvider: this, ...dropping };
    this.view = this.owned.add(vscode.window.createTreeView(viewId, options));
    this.owned.add(
      this.view.onDidChangeVisibility(({ visible }) => {
        if (visible && this.stale) this.refresh();
      }),
    );
  }

  /** Redraws soon; when the view is hidden, once it is seen again. */
  refresh(): void {
    this.stale = true;
    if (this.timer !== undefined || this.owned.isDisposed) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      if (!this.view.visible) return;
      this.stale = false;
      this.changed.fire(undefined);
    }, redrawMs);
  }

  /** Redraws soon if it is seen, and else not at all. */
  refreshIfVisible(): void {
    if (this.view.visible) this.refresh();
  }

  getChildren(node?: TreeNode): TreeNode[] {
    return [...(node === undefined ? this.rows() : (node.children ?? []))];
  }

  getTreeItem(node: TreeNode): vscode.TreeItem {
    const item = new vscode.TreeItem(node.label, collapsibleState(node));
    item.id = node.id;
    const spoken = node.spoken ?? [node.label, node.description].filter(Boolean).join(', ');
    item.accessibilityInformation = { label: spoken };
    if (node.description !== undefined) item.description = node.description;
    item.tooltip = node.tooltip ?? spoken;
    if (node.icon !== undefined) {
      const color = node.color === undefined ? undefined : new vscode.ThemeColor(node.color);
      item.iconPath = new vscode.ThemeIcon(node.icon, color);
    }
    if (node.contextValue !== undefined) item.contextValue = node.contextValue;
    if (node.command !== undefined) {
      const { command, arguments: given } = node.command;
      item.command = { command, title: node.label, arguments: [...given] };
    }
    return item;
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.owned.dispose();
  }
}

function collapsibleState(node: TreeNode): vscode.TreeItemCollapsibleState {
  if (node.children === undefined) return vscode.TreeItemCollapsibleState.None;
  return node.expanded === true
    ? vscode.TreeItemCollapsibleState.Expanded
    : vscode.TreeItemCollapsibleState.Collapsed;
}
