/** Which files of a model's folder or repository belong to it. */

const wanted = [
  /^config\.json$/,
  /^generation_config\.json$/,
  /^tokenizer\.json$/,
  /^tokenizer_config\.json$/,
  /^special_tokens_map\.json$/,
  /^model(-\d+-of-\d+)?\.safetensors$/,
  /^model\.safetensors\.index\.json$/,
  /^adapter_config\.json$/,
  /^adapter_model\.safetensors$/,
  /^chat_template\.jinja$/,
  /^README\.md$/i,
  /^LICEN[SC]E(\.\w+)?$/i,
];

/** Whether a file, by its path from the folder, is taken along: weights in other formats are not. */
export function belongsToModel(path: string): boolean {
  return wanted.some((pattern) => pattern.test(path));
}
