/**
 * Gives `l10n.t` the sentences of the editor's language, which the host has written into the page. A panel imports this
 * first, so that also a table of sentences which is made when its module loads is made in that language.
 */
import * as l10n from '@vscode/l10n';

const given = document.getElementById('translations')?.textContent;
if (given !== undefined) l10n.config({ contents: given });
