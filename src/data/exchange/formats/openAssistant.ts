/** OpenAssistant: trees of messages with ranks, threads, and instruction tables. */
import * as z from 'zod';
import { defineFormat, misfit } from '../format.ts';
import type { Format, ReadContext, SourceValue } from '../format.ts';
import { given, taskOf } from '../task.ts';
import type { ExchangeTask, Message } from '../task.ts';
import { asText, asTurns } from '../turns.ts';

const role = z.enum(['prompter', 'assistant']);

const messageSchema = z.looseObject({
  message_id: z.string(),
  parent_id: z.string().nullish(),
  user_id: z.string().nullish(),
  text: z.string(),
  role,
  lang: z.string().nullish(),
  deleted: z.boolean().nullish(),
  rank: z.int().min(0).nullish(),
  synthetic: z.boolean().nullish(),
  /** Our own exports: an earlier answer of the prompt's conversation, not one to learn from. */
  context: z.boolean().nullish(),
  model_name: z.string().nullish(),
  labels: z.unknown().optional(),
  get replies() {
    return z.array(messageSchema).nullish();
  },
});
type OaMessage = z.infer<typeof messageSchema>;

const turnOf = ({ role: who, text }: OaMessage): Message => ({
  role: who === 'prompter' ? 'user' : 'assistant',
  content: text,
});

/** The labels' values become scores: quality, toxicity and so on, 0 to 1. */
function labelScores({ labels }: OaMessage): Record<string, number> | undefined {
  const known = z.record(z.string(), z.looseObject({ value: z.number() })).safeParse(labels);
  if (!known.success) return undefined;
  return Object.fromEntries(Object.entries(known.data).map(([name, { value }]) => [name, value]));
}

/** Every message with answers is a prompt: people's answers are demonstrations, models' completions. */
function tasksOf(
  root: OaMessage,
  before: readonly Message[],
  context: ReadContext,
): ExchangeTask[] {
  const path = [...before, turnOf(root)];
  const replies = (root.replies ?? []).filter(({ deleted }) => deleted !== true);
  const deeper = replies.flatMap((reply) => tasksOf(reply, path, context));
  const answers = replies.filter(
    ({ role: who, context: isContext }) => who === 'assistant' && isContext !== true,
  );
  if (root.role !== 'prompter' || answers.length === 0) return deeper;
  const ranked = answers.flatMap(({ rank }, place) =>
    rank === undefined || rank === null ? [] : [{ rank, place }],
  );
  const levels = [...new Set(ranked.map(({ rank }) => rank))].sort((a, b) => a - b);
  const groups = levels.map((level) =>
    ranked.filter(({ rank }) => rank === level).map(({ place }) => place),
  );
  const task = taskOf(path.length === 1 ? path[0].content : path, {
    fields: given({ language: root.lang, user: context.pseudonym(root.user_id) }),
    demonstrations: answers
      .filter(({ synthetic }) => synthetic !== true)
      .map(({ text, user_id: user }) => ({ text, labeler: context.pseudonym(user) })),
    completions:
      answers.length < 2 && answers.every(({ synthetic }) => synthetic !== true)
        ? []
        : answers.map((answer) => ({
            text: answer.text,
            model: answer.synthetic === true ? (answer.model_name ?? 'unknown') : 'people',
            scores: labelScores(answer),
          })),
    rankings: ranked.length > 1 ? [{ groups }] : [],
  });
  return [task, ...deeper];
}

const treeMapping = {
  prompt: 'prompt; so is every later turn of the prompter that has answers',
  replies: 'demonstrations (by people), and completions where several answers are compared',
  rank: 'ranking (0 is best)',
  labels: 'scores of the completions',
  user_id: 'user and labeler, hashed',
  lang: 'language',
};

const tree = defineFormat({
  name: 'openassistant',
  title: 'OpenAssistant trees',
  row: z.looseObject({ message_tree_id: z.string(), prompt: messageSchema }),
  mapping: treeMapping,
  read: ({ prompt }, context) => tasksOf(prompt, [], context),
  write: {
    container: 'jsonl',
    carries: [
      'conversations of several turns',
      'demonstrations',
      'names of demonstrations’ labelers',
      'completions that nobody ranked',
      'names of models',
      'languages',
      'users',
      'rankings',
      'rankings of three or more as a whole',
      'ties',
    ],
    rows: (task) => [treeOf(task)],
  },
});

/** A task as a tree. Of several rankings of one prompt the last is written: a message has one rank. */
function treeOf(task: ExchangeTask): unknown {
  const id = task.prompt.id ?? 'prompt';
  const lang = task.prompt.fields?.['language'] ?? 'en';
  const groups = task.rankings.at(-1)?.groups ?? [];
  const rankOf = new Map(groups.flatMap((group, rank) => group.map((place) => [place, rank])));
  const shown = new Set(task.completions.map(({ text }) => text));
  const turns = asTurns(task.prompt.content);
  const leafId = `${id}/${turns.length - 1}`;
  const answer = (key: string, text: string, more: object): unknown => ({
    message_id: `${leafId}/${key}`,
    parent_id: leafId,
    text,
    role: 'assistant',
    lang,
    deleted: false,
    ...more,
    replies: [],
  });
  const demonstrators = new Map(task.demonstrations.map(({ text, labeler }) => [text, labeler]));
  const answers = [
    ...task.completions.map(({ text, model }, place) => {
      const isPerson = model === 'people' || demonstrators.has(text);
      const rank = given({ rank: rankOf.get(place), user_id: demonstrators.get(text) });
      const author = { synthetic: !isPerson, model_name: isPerson ? null : (model ?? 'unknown') };
      return answer(`c${place}`, text, { ...author, ...rank });
    }),
    ...task.demonstrations.flatMap(({ text, labeler }, index) =>
      shown.has(text)
        ? []
        : [answer(`d${index}`, text, { synthetic: false, ...given({ user_id: labeler }) })],
    ),
  ];
  let replies: unknown[] = answers;
  for (let index = turns.length - 1; index >= 0; index--) {
    const { role: who, content } = turns[index];
    replies = [
      {
        message_id: `${id}/${index}`,
        parent_id: index === 0 ? null : `${id}/${index - 1}`,
        text: content,
        role: who === 'assistant' ? 'assistant' : 'prompter',
        lang,
        deleted: false,
        ...(who === 'assistant' ? { context: true } : {}),
        ...given({ user_id: index === 0 ? task.prompt.fields?.['user'] : undefined }),
        replies,
      },
    ];
  }
  return { message_tree_id: id, tree_state: 'ready_for_export', prompt: replies[0] };
}

const thread = defineFormat({
  name: 'openassistant-thread',
  title: 'OpenAssistant threads',
  row: z.looseObject({ thread_id: z.string(), thread: z.array(messageSchema).min(1) }),
  mapping: { thread: 'prompt (all messages but the last), and demonstration (the last)' },
  read: ({ thread: messages }, context) => {
    const last = messages.at(-1);
    if (last?.role !== 'assistant' || messages.length < 2) {
      throw misfit('thread', 'expected to end with an answer of the assistant');
    }
    const before = messages.slice(0, -1).map(turnOf);
    return taskOf(before.length === 1 ? before[0].content : before, {
      fields: given({ language: messages[0].lang }),
      demonstrations: [{ text: last.text, labeler: context.pseudonym(last.user_id) }],
    });
  },
});

/** Rows of single messages, joined to trees by their parents, each at the line of its root. */
function joinMessages(rows: readonly SourceValue[]): SourceValue[] {
  const replies = new Map<string, { message: OaMessage; replies: OaMessage[] }>();
  const roots: { row: SourceValue; message: OaMessage }[] = [];
  const others: SourceValue[] = [];
  const all = rows.flatMap((row) => {
    const parsed = messageSchema.safeParse(row.value);
    if (!parsed.success) others.push(row);
    return parsed.success ? [{ row, message: parsed.data }] : [];
  });
  for (const { message } of all) {
    const children: OaMessage[] = [];
    replies.set(message.message_id, {
      message: { ...message, replies: children },
      replies: children,
    });
  }
  for (const { row, message } of all) {
    const node = replies.get(message.message_id)?.message ?? message;
    const parent = replies.get(message.parent_id ?? '');
    if (parent === undefined) roots.push({ row, message: node });
    else parent.replies.push(node);
  }
  const trees = roots.map(({ row: { path, line }, message }) => ({ path, line, value: message }));
  return [...trees, ...others];
}

const messages = defineFormat({
  name: 'openassistant-messages',
  title: 'OpenAssistant messages, one a row',
  row: messageSchema,
  mapping: treeMapping,
  gather: joinMessages,
  read: (message, context) => {
    const tasks = tasksOf(message, [], context);
    // A prompt nobody has answered is still a prompt.
    if (tasks.length > 0) return tasks;
    if (message.role === 'assistant')
      throw misfit('parent_id', 'the message it answers is missing');
    return [taskOf(message.text, { fields: given({ language: message.lang }) })];
  },
});

const instructions = defineFormat({
  name: 'openassistant-instructions',
  title: 'OpenAssistant instruction table',
  row: z.looseObject({
    INSTRUCTION: z.string().min(1),
    RESPONSE: z.string(),
    SOURCE: z.string().nullish(),
  }),
  mapping: { INSTRUCTION: 'prompt', RESPONSE: 'demonstration', SOURCE: 'source' },
  read: (row) =>
    taskOf(row.INSTRUCTION, {
      fields: given({ source: row.SOURCE }),
      demonstrations: [{ text: row.RESPONSE }],
    }),
  write: {
    container: 'parquet',
    carries: ['demonstrations'],
    rows: ({ prompt, demonstrations }) =>
      demonstrations.map(({ text }) => ({
        INSTRUCTION: asText(prompt.content),
        RESPONSE: text,
        SOURCE: prompt.fields?.['source'] ?? 'instruct-studio',
        METADATA: '{}',
      })),
  },
});

/** OpenAssistant's shapes. */
export const openAssistantFormats: readonly Format[] = [tree, thread, messages, instructions];
