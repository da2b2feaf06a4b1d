/** The embedded world: its text, prompts, demonstrations and gold labeler. Pure and seeded. */
export { almanac } from './almanac.ts';
export { createWorld } from './createWorld.ts';
export { demonstrate, labelers } from './demonstrate.ts';
export { cutFewShot, fewShotPrefixes, fewShotText } from './fewShot.ts';
export type { FewShotPrefix } from './fewShot.ts';
export { judge } from './judge.ts';
export { makePrompts } from './prompts.ts';
export { publicQuestions, publicTaskNames } from './publicTasks.ts';
export type { PublicQuestion } from './publicTasks.ts';
export { rankCompletions } from './rank.ts';
export { isWorldPrompt } from './taskOfPrompt.ts';
export { webDocument } from './webText.ts';
export type { World } from './world.ts';
