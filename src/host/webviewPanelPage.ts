/** The page that a panel loads: one script, one style sheet, and a policy that allows no more. */

/** The sentences of the editor's language. */
export interface Translations {
  /** As in `vscode.env.language`. */
  readonly language: string;
  /** By the English sentence. */
  readonly sentences: Readonly<Record<string, string>>;
}

/** Addresses as the webview sees them. */
export interface PageParts {
  /** Where the webview's own resources come from, as a source of a content security policy. */
  readonly cspSource: string;
  /** Random, one for each load. */
  readonly nonce: string;
  readonly title: string;
  /** What the page's sentences are looked up in; undefined where they stay English. */
  readonly translations: Translations | undefined;
  readonly script: string;
  readonly style: string;
}

/**
 * The page's HTML. Nothing of the workspace enters it: prompts and completions come as messages
 * and are shown as text.
 */
export function webviewPanelPage(parts: PageParts): string {
  const policy = [
    "default-src 'none'",
    `style-src ${parts.cspSource}`,
    `font-src ${parts.cspSource}`,
    `script-src 'nonce-${parts.nonce}'`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${escape(parts.translations?.language ?? 'en')}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escape(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(parts.title)}</title>
<link rel="stylesheet" href="${escape(parts.style)}">
</head>
<body>
${dataBlock(parts.translations)}<script type="module" nonce="${escape(parts.nonce)}" src="${escape(parts.script)}"></script>
</body>
</html>`;
}

/** Read by `webview/components/translations.ts`. It is data: the policy has nothing to allow. */
function dataBlock(translations: Translations | undefined): string {
  if (translations === undefined) return '';
  const text = JSON.stringify(translations.sentences).replaceAll('<', String.raw`\u003c`);
  return `<script type="application/json" id="translations">${text}</script>\n`;
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}
