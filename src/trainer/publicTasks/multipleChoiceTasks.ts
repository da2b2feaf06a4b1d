/** Multiple choice: HellaSwag and what is published like it, and TruthfulQA's. */
import * as z from 'zod';
import { chosenOption, type OptionLogprob } from '../../ml/rlhf/index.ts';
import { meanOf, modelOf, type PublicTask } from './publicTask.ts';
import { readRows } from './readRows.ts';

const hellaSwagRow = z.object({
  ctx: z.string(),
  endings: z.array(z.string()).min(2),
  label: z.coerce.number().int().min(0),
});

/** Accuracy by the highest mean log-probability per token. */
export const hellaSwag: PublicTask = {
  summary: 'which ending follows; accuracy (HellaSwag; also RTE, SST or WSC put in its form)',
  data: 'hellaswag_val.jsonl: "ctx", "endings", "label"',
  async evaluate(input) {
    const rows = (await readRows(input.data, hellaSwagRow)).slice(0, input.limit);
    const found = await modelOf(input, 'choose').choose(
      rows.map(({ ctx, endings }) => ({
        context: input.prefix + ctx,
        options: endings.map((ending) => (/^\s/.test(ending) ? ending : ` ${ending}`)),
      })),
    );
    const right = rows.flatMap(({ label }, i) => {
      const options = found[i];
      return options === null ? [] : [chosenOption(options) === label];
    });
    const metrics = { accuracy: meanOf(right, Number) };
    return {
      groups: [{ name: 'model', count: right.length, metrics }],
      leftOut: rows.length - right.length,
    };
  },
};

const targets = z.record(z.string(), z.literal([0, 1]));
const truthfulRow = z.object({
  question: z.string(),
  mc1_targets: targets,
  mc2_targets: targets,
});

/**
 * MC1: whether the option with the highest mean log-probability per token is the true one. MC2: the
 * share that the true options have of the total probability of all (Lin et al. 2021).
 */
export const truthfulQaChoice: PublicTask = {
  summary: 'TruthfulQA multiple choice; mc1 and mc2',
  data: 'mc_task.json: "question", "mc1_targets", "mc2_targets"',
  async evaluate(input) {
    const rows = (await readRows(input.data, truthfulRow)).slice(0, input.limit);
    const questions = rows.flatMap(({ question, mc1_targets, mc2_targets }) =>
      [mc1_targets, mc2_targets].map((options) => ({
        context: `${input.prefix}Q: ${question}\nA:`,
        options: Object.keys(options).map((option) => ` ${option}`),
      })),
    );
    const found = await modelOf(input, 'choose').choose(questions);
    const judged = rows.flatMap(({ mc1_targets, mc2_targets }, i) => {
      const first = found[2 * i];
      const second = found[2 * i + 1];
      if (first === null || second === null) return [];
      const mc1 = Object.values(mc1_targets)[chosenOption(first)];
      return [{ mc1, mc2: trueShare(second, Object.values(mc2_targets)) }];
    });
    const metrics = {
      mc1: meanOf(judged, ({ mc1 }) => mc1),
      mc2: meanOf(judged, ({ mc2 }) => mc2),
    };
    return {
      groups: [{ name: 'model', count: judged.length, metrics }],
      leftOut: rows.length - judged.length,
    };
  },
};

function trueShare(options: readonly OptionLogprob[], labels: readonly number[]): number {
  const most = Math.max(...options.map(({ total }) => total));
  const shares = options.map(({ total }) => Math.exp(total - most));
  const sum = shares.reduce((all, share) => all + share, 0);
  return shares.reduce((all, share, i) => all + share * labels[i], 0) / sum;
}
