/** The embedded world: its text, prompts, demonstrations and gold labeler. Pure and seeded. */
export { almanac } from './almanac.ts';
export { createWorld } from './createWorld.ts';
export { demonstrate, labelers } from './demonstrate.ts';
export type { Labeler } from './demonstrate.ts';
export type { Entity, EntityKind } from './entity.ts';
export { cutFewShot, fewShotPrefix, fewShotText } from './fewShot.ts';
export type { FewShotPrefix } from './fewShot.ts';
export { judge } from './judge.ts';
export type { GoldComponents, Judgement } from './judge.ts';
export { makePrompts } from './prompts.ts';
export type { PromptCounts, WorldPrompt } from './prompts.ts';
export { rankCompletions } from './rank.ts';
export { isWorldPrompt } from './taskOfPrompt.ts';
export { documentShares, webDocument, webText } from './webText.ts';
export type { DocumentKind } from './webText.ts';
export type { Fact, SetFact, World } from './world.ts';
