// What VS Code itself writes to the page's console in this server, release 1.139.1, without any extension. Each pattern says why it is
// not ours; whatever matches none of them fails the test that saw it.

/** Messages of the console that are VS Code's own. */
export const editorNoise: readonly { readonly pattern: RegExp; readonly why: string }[] = [
  {
    pattern: /Could not locate the bindings file|Cannot find module '[./]*build\/Release\//,
    why: 'the server is installed without compiling its native modules (logger, watchdog, terminals)',
  },
  {
    pattern:
      /404 \(Not Found\) \(http:\/\/localhost:\d+\/(_static\/|update\/check|[^ ]*\/vsda\/|[^ ]*\.map\b)/,
    why: "code-server's icons, service worker and update check, and Microsoft's vsda, are not part of this server",
  },
  {
    pattern: /\(404\) was received when fetching the script|Failed to register a ServiceWorker/,
    why: "code-server's own service worker is not part of this server",
  },
  {
    pattern: /authentication provider '[\w-]+' to register/,
    why: 'the chat of VS Code waits for a GitHub sign-in that this server does not offer',
  },
  {
    pattern: /\[lifecycle\] Long running operations during shutdown/,
    why: 'parts of VS Code that would take their time at a reload are not let to in a browser',
  },
  {
    pattern: /[/ .](open-vsx\.org|vscode-cdn\.net|visualstudio\.com|github\.com)\b/,
    why: 'the extension gallery and the like are asked for updates and cannot be reached',
  },
  {
    pattern: /An unknown error occurred\. Please consult the log for more details\./,
    why: 'the extension gallery cannot be reached',
  },
  {
    pattern: /Aborted onWillSaveTextDocument-event/,
    why: "VS Code's own extensions have their say before saving, and are late on a busy machine",
  },
  {
    pattern: /allow-scripts and allow-same-origin for its sandbox attribute/,
    why: "Chromium's remark on VS Code's webview frames",
  },
];

/** Whether a console message is VS Code's own. */
export function isEditorNoise(message: string): boolean {
  return editorNoise.some(({ pattern }) => pattern.test(message));
}
