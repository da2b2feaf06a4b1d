// An ESLint rule: what a person reads goes through `l10n.t`, so that it can be looked up in the bundle of the editor's language.

/** Whoever takes these as a property or an attribute shows them. */
const shown = new Set([
  'label',
  'description',
  'detail',
  'placeHolder',
  'placeholder',
  'prompt',
  'title',
  'tooltip',
  'text',
  'textContent',
  'message',
  'remedy',
  'alt',
  'aria-label',
  'aria-description',
  'ariaLabel',
]);

/** Names of properties and attributes whose value is for the machine. */
const unseen = new Set([
  'class',
  'className',
  'id',
  'role',
  'rel',
  'key',
  'keys',
  'name',
  'for',
  'command',
  'contextValue',
  'query',
  'font',
  'fontFamily',
  'sandbox',
]);

/** Methods whose texts nobody reads in the editor's own places: the log, and the DOM's selectors and names. */
const unread = new Set([
  'log',
  'trace',
  'debug',
  'info',
  'warn',
  'querySelector',
  'querySelectorAll',
  'closest',
  'matches',
  'add',
  'remove',
  'toggle',
  'includes',
  'startsWith',
  'endsWith',
  'joinPath',
  'describe',
]);

/** Functions of the webviews that show their arguments from this one on. */
const showing = new Map([
  ['element', 2],
  ['button', 0],
  ['replaceChildren', 0],
  ['say', 0],
  ['showInformationMessage', 0],
  ['showWarningMessage', 0],
  ['showErrorMessage', 0],
  ['setStatusBarMessage', 0],
]);

/** Two words, a word beside a value, or one word that begins a title or a sentence. */
const sentence =
  /[A-Za-z]{2,}[^\w\s]*\s+[^\w\s]*[A-Za-z\0]|\0[^\w\s]*\s[^\w\s]*[A-Za-z]{2,}|^\W*[A-Z][a-z]+|[a-z]…|^\s+[a-z]{2,}|[a-z]{2,}\s+$/;
const word = /[A-Za-z]{2,}/;

/** Names of keys, of the product, and markup: no words of a language. */
const wordless =
  /^(?:Arrow\w+|Page(?:Up|Down)|Home|End|Enter|Escape|Esc|Backspace|Instruct(?: Studio)?|@instruct |HTML|Markdown|ChatML|JSON|JSON Lines)$|^[a-z]+(?:[A-Z][a-z]*)+$|^[\w-]+\/[\w-]+$|^[a-z]+-src |^color-mix\(|^<|="|^font:/;

/** An icon, a heading's mark, a space at an end, or an escape: no part of a sentence. */
const untidy = /\$\([\w~-]+\)|^#|^\s|\s$|[\n\r\t\\]/;

/** The literal's text, `\0` for each value in it. */
function rawText(node) {
  if (node.type === 'TemplateLiteral') {
    return node.quasis.map((each) => each.value.cooked ?? '').join('\0');
  }
  return typeof node.value === 'string' ? node.value : '';
}

/** The text that may be words, without icons. */
function textOf(node) {
  const text = rawText(node);
  return wordless.test(text) ? '' : text.replaceAll(/\$\([\w~-]+\)/g, '');
}

function nameOf(node) {
  if (node.type === 'Identifier' || node.type === 'PrivateIdentifier') return node.name;
  if (node.type === 'Literal') return String(node.value);
  if (node.type === 'MemberExpression') return nameOf(node.property);
  return '';
}

function isLookUp(node) {
  return (
    node.type === 'MemberExpression' &&
    node.object.type === 'Identifier' &&
    node.object.name === 'l10n' &&
    nameOf(node) === 't'
  );
}

function isLookedUp({ parent, ...node }) {
  if (parent.type === 'TaggedTemplateExpression') return isLookUp(parent.tag);
  return (
    parent.type === 'CallExpression' &&
    isLookUp(parent.callee) &&
    node.range[0] === parent.arguments[0].range[0]
  );
}

/**
 * Where a literal ends up: `true` where it is shown, `false` where nobody reads it, `undefined` where the text itself has to tell.
 */
function isShown(node) {
  for (let at = node; ; at = at.parent) {
    const { parent } = at;
    switch (parent.type) {
      case 'ConditionalExpression':
        if (at === parent.test) return false;
        continue;
      case 'LogicalExpression':
      case 'ArrayExpression':
      case 'SpreadElement':
      case 'TemplateLiteral':
      case 'TSSatisfiesExpression':
      case 'TSAsExpression':
        continue;
      case 'BinaryExpression':
        if (parent.operator !== '+') return false;
        continue;
      case 'TaggedTemplateExpression':
        return isLookUp(parent.tag) ? true : undefined;
      case 'Property':
        if (at === parent.key)
          return parent.computed ? undefined : sentence.test(rawText(at)) ? true : false;
        if (unseen.has(nameOf(parent.key))) return false;
        return shown.has(nameOf(parent.key)) ? true : undefined;
      case 'AssignmentExpression':
        if (unseen.has(nameOf(parent.left))) return false;
        return shown.has(nameOf(parent.left)) ? true : undefined;
      case 'VariableDeclarator':
        return unseen.has(nameOf(parent.id)) ? false : undefined;
      case 'NewExpression':
        return ['Error', 'TypeError', 'RangeError'].includes(nameOf(parent.callee))
          ? false
          : undefined;
      case 'CallExpression': {
        if (at === parent.callee) {
          if (['join', 'concat', 'filter', 'toUpperCase', 'trim'].includes(nameOf(at))) continue;
          return undefined;
        }
        if (isLookUp(parent.callee)) return true;
        const name = nameOf(parent.callee);
        if (unread.has(name)) return false;
        const from = showing.get(name);
        if (from !== undefined && parent.arguments.indexOf(at) >= from) return true;
        return undefined;
      }
      case 'MemberExpression':
        // What is done with a text, as in `[…].join(' ')`, goes on to where its result goes.
        if (at !== parent.object) return false;
        continue;
      case 'SwitchCase':
      case 'TSLiteralType':
      case 'ImportDeclaration':
      case 'ExportNamedDeclaration':
      case 'ExportAllDeclaration':
      case 'ImportExpression':
      case 'TSExternalModuleReference':
        return false;
      default:
        return undefined;
    }
  }
}

/**
 * Reports a text for people that bypasses `l10n.t`: one that stands where it will be shown, and anything that reads like words.
 * @type {import('eslint').Rule.RuleModule}
 */
export const noUntranslated = {
  meta: {
    type: 'problem',
    docs: { description: 'Look every text for people up with l10n.t.' },
    messages: {
      bypasses: 'A person reads this: look it up with l10n.t.',
      untidy: 'Keep icons, headings and spaces at the ends out of a sentence that is translated.',
    },
    schema: [],
  },
  create(context) {
    const check = (node) => {
      if (isLookedUp(node)) {
        if (untidy.test(rawText(node))) context.report({ node, messageId: 'untidy' });
        return;
      }
      const text = textOf(node);
      const where = isShown(node);
      if (where === false) return;
      if (!(where === true ? word : sentence).test(text)) return;
      context.report({ node, messageId: 'bypasses' });
    };
    return { Literal: check, TemplateLiteral: check };
  },
};
