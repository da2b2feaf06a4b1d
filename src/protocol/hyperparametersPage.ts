/** The reference page of the hyper-parameters, docs/HYPERPARAMETERS.md, made from the table. */
import {
  hyperparameterTable,
  hyperparameters,
  type Hyperparameter,
  type HyperparameterValue,
  type TunableStage,
} from './hyperparameters.ts';
import { fixedNumbers } from './hyperparameters/fixed.ts';
import { presetNames, presetStages, presetValues, presets } from './presets.ts';

const titles: Readonly<Record<TunableStage, string>> = {
  pretrain: 'Pre-training',
  sft: 'SFT',
  rm: 'Reward model',
  ppo: 'PPO and PPO-ptx',
  dpo: 'DPO',
  expert: 'Expert iteration',
  sample: 'Sampling for labelers',
  rank: 'The gold labeler',
  eval: 'Evaluation',
};

/** The page as Markdown. A test holds the file to it. */
export function hyperparametersPage(): string {
  const stages = Object.keys(hyperparameters) as TunableStage[]; // the keys of a literal
  return `${[
    '# Hyper-parameters',
    'Made from the table in `src/protocol/hyperparameters`: do not edit. Set them in `instruct.json` under `"hyperparameters"`, by stage, or on the command line with `--set KEY=VALUE` (`--set STAGE.KEY=VALUE` for a pipeline). An unknown key is refused with the nearest known one.',
    'The defaults are fitted to the embedded model of about a million parameters. “Paper” is Ouyang et al. 2022 (arXiv 2203.02155); where it is silent, the source of the default is named.',
    ...presetSection(),
    ...stages.flatMap(stageSection),
    ...fixedSection(),
  ].join('\n\n')}\n`;
}

function presetSection(): string[] {
  const bullets = presetNames.map((name) => {
    const { description, notes } = presets[name];
    const stages = presetStages(name);
    const scope = stages.length === 0 ? '' : ` Differs from the defaults in: ${stages.join(', ')}.`;
    return [`- **${name}**. ${description}${scope}`, ...notes.map((note) => `  - ${note}`)].join(
      '\n',
    );
  });
  return [
    '## Presets',
    'Sets of hyper-parameters to start from: `"preset"` in `instruct.json`, or `--preset NAME` on the command line, which takes the place of all that `instruct.json` says of hyper-parameters. In the editor: “Instruct: Choose Hyper-parameter Preset…”.',
    bullets.join('\n'),
  ];
}

function stageSection(stage: TunableStage): string[] {
  const rows = [...hyperparameterTable(stage)];
  const columns = presetNames.map((name) => presetValues(name, stage));
  const head = ['Hyper-parameter', ...presetNames, 'Unit', 'Range'];
  const body = rows.map(([key, row]) => [
    `\`${key}\``,
    ...columns.map((values) => shown(values[key])),
    row.unit ?? '',
    rangeOf(row),
  ]);
  return [
    `## ${titles[stage]}: \`${stage}\``,
    table([head, ...body]),
    rows.map(([key, row]) => `- \`${key}\`: ${describe(row)}`).join('\n'),
  ];
}

function fixedSection(): string[] {
  return [
    '## Numbers that are not settings',
    'What the code fixes, what the data decide, and what the paper found when it varied a setting.',
    ...fixedNumbers.flatMap(({ step, numbers }) => [
      `### ${step}`,
      table([
        ['What', 'Number', 'Source', 'Here'],
        ...numbers.map(({ what, value, source, here }) => [what, value, source, here]),
      ]),
    ]),
  ];
}

function describe(row: Hyperparameter): string {
  const origin =
    row.paper === null ? `Source: ${row.source}.` : `Paper: ${shown(row.paper)} (${row.source}).`;
  const scaling = row.scaling === undefined ? '' : ` Scaled: ${row.scaling}.`;
  return `${row.description} ${origin}${scaling}`;
}

function rangeOf(row: Hyperparameter): string {
  if (typeof row.default === 'boolean') return 'true, false';
  if (row.choices !== undefined) return row.choices.join(', ');
  if (typeof row.default === 'string') return 'text';
  const kind = row.integer === true ? 'whole, ' : '';
  return row.range === undefined ? kind : `${kind}${shown(row.range[0])} to ${shown(row.range[1])}`;
}

/** A number as people write it: 9.65e-6, 65,536, 0.1. */
function shown(value: HyperparameterValue): string {
  if (typeof value !== 'number') return String(value);
  if (value !== 0 && Math.abs(value) < 1e-3) return value.toExponential();
  return value.toLocaleString('en-US', { maximumFractionDigits: 6 });
}

function table(rows: readonly (readonly string[])[]): string {
  const [head, ...body] = rows.map((cells) => `| ${cells.join(' | ')} |`);
  return [head, `|${rows[0].map(() => '---').join('|')}|`, ...body].join('\n');
}
