/** Every format, in the order in which a row's shape is tried: the telling ones first. */
import type { Format } from '../format.ts';
import { arenaFormats } from './arena.ts';
import { argillaFormats } from './argilla.ts';
import { labelingToolFormats } from './labelingTools.ts';
import { llamaFactoryFormats } from './llamaFactory.ts';
import { openAssistantFormats } from './openAssistant.ts';
import { openaiFormats } from './openai.ts';
import { openaiResearchFormats } from './openaiResearch.ts';
import { trainerFormats } from './trainers.ts';
import { trlFormats } from './trl.ts';
import { ultraFeedbackFormats } from './ultraFeedback.ts';

/** See the file's header. */
export const formats: readonly Format[] = [
  ...ultraFeedbackFormats,
  ...openaiResearchFormats,
  ...openAssistantFormats,
  ...labelingToolFormats,
  ...argillaFormats,
  ...arenaFormats,
  ...llamaFactoryFormats,
  ...openaiFormats,
  ...trainerFormats,
  ...trlFormats,
];
