import type { HeadKind, ModelConfig } from './modelConfig.ts';

/** What a model's README says: where it comes from and what was measured. */
export interface ModelCard {
  readonly title: string;
  /** Paragraphs of Markdown. */
  readonly text: string;
  /** How the model was made: `pretrain`, `sft`, `rm`, `ppo`. */
  readonly stage: string;
  /** The model folder it was made from, relative to the project; absent for one from scratch. */
  readonly parent?: string;
  /** The run that made it. */
  readonly run?: string;
  /** The command that makes it again. */
  readonly command?: string;
  readonly numbers?: Readonly<Record<string, number>>;
}

/**
 * A README.md with the front matter that model hubs read, and the lineage under `instruct_studio`.
 * Every value of the front matter is JSON, which YAML takes as it is.
 */
export function modelCardText(
  card: ModelCard,
  { config, head }: { readonly config: ModelConfig; readonly head: HeadKind },
): string {
  const { title, text, stage, parent, run, command, numbers = {} } = card;
  const field = (name: string, value: string | undefined): string[] =>
    value === undefined ? [] : [`  ${name}: ${JSON.stringify(value)}`];
  const measured = Object.entries(numbers);
  return [
    '---',
    'library_name: "transformers"',
    `pipeline_tag: "${head === 'scalar' ? 'text-classification' : 'text-generation'}"`,
    `tags: ${JSON.stringify(['instruct-studio', config.modelType, stage])}`,
    'instruct_studio:',
    ...field('stage', stage),
    ...field('parent', parent),
    ...field('run', run),
    ...field('command', command),
    ...(measured.length === 0 ? [] : [`  numbers: ${JSON.stringify(numbers)}`]),
    '---',
    '',
    `# ${title}`,
    '',
    text,
    '',
    `${config.nLayer} layers, ${config.nHead} heads, width ${config.nEmbd}, context ${config.nCtx} tokens, vocabulary ${config.vocabSize}.`,
    '',
    ...(command === undefined ? [] : ['Made by:', '', '```', command, '```', '']),
    ...(measured.length === 0 ? [] : ['| measured | value |', '|---|---|']),
    ...measured.map(([name, value]) => `| ${name} | ${String(value)} |`),
    ...(measured.length === 0 ? [] : ['']),
  ].join('\n');
}
