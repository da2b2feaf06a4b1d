/**
 * The alignment tax (Ouyang et al. 2022, sections 3.1 and 4.2): what a model has lost of what it knew
 * before it was aligned. Measured on held-out text of the kind that it was pre-trained on, and on the
 * world's public tasks; to be read against the base model's numbers.
 */
import { Random } from '../../data/index.ts';
import type { LanguageModel } from '../../ml/models/index.ts';
import { chosenOption, heldOutLoss, optionLogprobs } from '../../ml/rlhf/index.ts';
import {
  publicQuestions,
  publicTaskNames,
  webDocument,
  type PublicQuestion,
  type World,
} from '../../world/index.ts';

/** What every model is asked; equal seeds give equal probes. */
export interface TaxProbe {
  /** Documents of the web that pre-training with another seed has not drawn. */
  readonly documents: readonly string[];
  readonly questions: readonly PublicQuestion[];
}

/** What a model still can. */
export interface AlignmentTax {
  /** Mean loss on the held-out documents, nats per token. */
  readonly pretrainLoss: number;
  /** Share of right choices on each public task. */
  readonly tasks: Readonly<Record<string, number>>;
  /** Mean of `tasks`: each task counts the same. */
  readonly accuracy: number;
  /** Questions that fitted the model's context. */
  readonly questions: number;
}

const defaultSize = { documents: 400, perTask: 100 };

/** The probe; about 32,000 tokens of text and 500 questions by default. */
export function taxProbe(world: World, seed: number, size = defaultSize): TaxProbe {
  const random = new Random(`held-out web text ${seed}`);
  return {
    documents: Array.from({ length: size.documents }, () => webDocument(world, random)),
    questions: publicQuestions(world, { seed, perTask: size.perTask }),
  };
}

/** Measures a model; it is only read. */
export async function alignmentTax(model: LanguageModel, probe: TaxProbe): Promise<AlignmentTax> {
  const pretrainLoss = await heldOutLoss(model, probe.documents);
  const logprobs = await optionLogprobs(model, probe.questions);
  const tasks: Record<string, number> = {};
  let questions = 0;
  for (const task of publicTaskNames) {
    let asked = 0;
    let right = 0;
    probe.questions.forEach((question, i) => {
      const options = logprobs[i];
      if (question.task !== task || options === null) return;
      asked += 1;
      if (chosenOption(options) === question.answer) right += 1;
    });
    if (asked > 0) tasks[task] = right / asked;
    questions += asked;
  }
  const shares = Object.values(tasks);
  const accuracy = shares.reduce((sum, share) => sum + share, 0) / Math.max(1, shares.length);
  return { pretrainLoss, tasks, accuracy, questions };
}
