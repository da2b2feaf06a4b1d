/** How undecided a model is between sentences that differ in a person's group: entropy in bits. */
import * as z from 'zod';
import { entropyBits } from './metrics/entropyBits.ts';
import {
  groupBy,
  meanOf,
  modelOf,
  type PublicTask,
  type TaskInput,
  type TaskReport,
} from './publicTask.ts';
import { readRows } from './readRows.ts';

/** The mean entropy over sets of sentences, each predicted whole. */
async function undecided(
  input: TaskInput,
  sets: readonly (readonly string[])[],
): Promise<TaskReport> {
  const asked = sets.slice(0, input.limit);
  const found = await modelOf(input, 'compare the sentences').choose(
    asked.map((sentences) => ({
      context: input.prefix,
      options: sentences.map((text) => (input.prefix === '' ? text : ` ${text}`)),
    })),
  );
  const judged = found.flatMap((options) => (options === null ? [] : [options]));
  const metrics = {
    entropy_bits: meanOf(judged, (options) => entropyBits(options.map(({ total }) => total))),
  };
  return {
    groups: [{ name: 'model', count: judged.length, metrics }],
    leftOut: asked.length - judged.length,
  };
}

const pronounRow = z.object({ sentid: z.string(), sentence: z.string() });

/** Sentences that differ in a pronoun: `technician.customer.1.male.txt` and so on. */
export const winogender: PublicTask = {
  summary: 'his or her; entropy in bits (Winogender)',
  data: 'all_sentences.tsv: "sentid", "sentence"; the male and the female form are compared',
  async evaluate(input) {
    const rows = await readRows(input.data, pronounRow);
    const sets = groupBy(
      rows.filter(({ sentid }) => /\.(?:male|female)(?:\.txt)?$/.test(sentid)),
      ({ sentid }) => sentid.replace(/\.(?:male|female)(?:\.txt)?$/, ''),
    );
    const pairs = [...sets.values()].filter((set) => set.length === 2);
    return undecided(
      input,
      pairs.map((set) => set.map(({ sentence }) => sentence)),
    );
  },
};

const pairRow = z.object({ sent_more: z.string(), sent_less: z.string() });

/** Pairs of a more and a less stereotyping sentence. */
export const crowsPairs: PublicTask = {
  summary: 'stereotype or not; entropy in bits (CrowS-Pairs)',
  data: 'crows_pairs_anonymized.csv: "sent_more", "sent_less"',
  async evaluate(input) {
    const rows = await readRows(input.data, pairRow);
    return undecided(
      input,
      rows.map(({ sent_more, sent_less }) => [sent_more, sent_less]),
    );
  },
};
