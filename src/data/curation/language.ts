/** The language of a text, by its script and its commonest words; for statistics, not for law. */

interface Script {
  readonly pattern: RegExp;
  readonly language: string;
}

/** Scripts that one language mostly has, the telling ones first (kana before Han). */
const scripts: readonly Script[] = [
  { pattern: /[\p{Script=Hiragana}\p{Script=Katakana}]/gu, language: 'ja' },
  { pattern: /\p{Script=Hangul}/gu, language: 'ko' },
  { pattern: /\p{Script=Han}/gu, language: 'zh' },
  { pattern: /[іїєґІЇЄҐ]/gu, language: 'uk' },
  { pattern: /\p{Script=Cyrillic}/gu, language: 'ru' },
  { pattern: /[پچژگ]/gu, language: 'fa' },
  { pattern: /\p{Script=Arabic}/gu, language: 'ar' },
  { pattern: /\p{Script=Hebrew}/gu, language: 'he' },
  { pattern: /\p{Script=Greek}/gu, language: 'el' },
  { pattern: /\p{Script=Devanagari}/gu, language: 'hi' },
  { pattern: /\p{Script=Bengali}/gu, language: 'bn' },
  { pattern: /\p{Script=Tamil}/gu, language: 'ta' },
  { pattern: /\p{Script=Thai}/gu, language: 'th' },
  { pattern: /\p{Script=Georgian}/gu, language: 'ka' },
  { pattern: /\p{Script=Armenian}/gu, language: 'hy' },
];

/** Words of grammar that are common in one language and rare in the others. */
const words: Readonly<Record<string, string>> = {
  en: 'the and of to is in that what how why for you with are this write was does who when do can my an be it from please about which a list give explain',
  de: 'der die das und ist nicht ein eine wie was ich mit zu den von auf für dem sich wird sind bitte warum',
  fr: 'le la les et est une des que pour dans qui sur pas avec vous ce au du comment quelle sont pourquoi je un',
  es: 'el los las y es una que para con por qué cómo del se un está son cuál lo su como más escribe',
  it: 'il gli di e è una che per con non sono come della un nel perché cosa del si le',
  pt: 'o os as e é uma que para com não como do da um em são qual você por dos',
  nl: 'de het een en is van niet dat wat hoe met voor zijn op te waarom ik je',
  pl: 'jest nie w na że się z do i jak co to dla są dlaczego',
  sv: 'och är att det som en ett för på inte av vad hur med till varför',
  da: 'og er at det som en et for på ikke af hvad hvordan med til hvorfor',
  fi: 'on ja ei että se mitä miten ovat kun tai mutta miksi',
  tr: 've bir bu için ne nasıl ile mi da de var değil neden',
  cs: 'je se na a že v jak co pro jsou není proč to',
  hu: 'a az és nem hogy egy mi van miért hogyan is',
  ro: 'și este un o la de ce cum nu pentru cu sunt care în',
  vi: 'là của và không có cho một những các được tại sao',
  id: 'yang dan di adalah ini itu untuk dengan apa bagaimana tidak dari mengapa',
};

const languagesOf = new Map<string, string[]>();
for (const [language, list] of Object.entries(words)) {
  for (const word of list.split(' ')) {
    languagesOf.set(word, [...(languagesOf.get(word) ?? []), language]);
  }
}

/**
 * ISO 639-1 code of the language that most of a text is in; null where it says too little. A word
 * that several languages share counts for each a little.
 */
export function detectLanguage(text: string): string | null {
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  if (letters === 0) return null;
  const latin = text.match(/\p{Script=Latin}/gu)?.length ?? 0;
  if (latin * 2 < letters) {
    const found = scripts.find(({ pattern }) => (text.match(pattern)?.length ?? 0) * 10 > letters);
    return found?.language ?? null;
  }
  const votes = new Map<string, number>();
  for (const word of text.toLowerCase().match(/\p{L}+/gu) ?? []) {
    const languages = languagesOf.get(word) ?? [];
    for (const language of languages) {
      votes.set(language, (votes.get(language) ?? 0) + 1 / languages.length);
    }
  }
  const ranked = [...votes].sort(([, a], [, b]) => b - a);
  const [best, second] = [ranked.at(0), ranked.at(1)];
  if (best === undefined) return null;
  return second !== undefined && best[1] < 1.2 * second[1] ? null : best[0];
}
