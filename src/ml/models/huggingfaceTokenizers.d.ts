/**
 * What is used of `@huggingface/tokenizers` 0.2. The package's own declarations import each other
 * without file extensions, which TypeScript's `nodenext` resolution does not find.
 */
declare module '@huggingface/tokenizers' {
  /** A tokenizer made of the parsed `tokenizer.json` and `tokenizer_config.json`. */
  export class Tokenizer {
    constructor(tokenizer: object, config: object);
    encode(text: string, options?: { add_special_tokens?: boolean }): { ids: number[] };
    decode(
      ids: number[],
      options?: { skip_special_tokens?: boolean; clean_up_tokenization_spaces?: boolean },
    ): string;
  }
}
