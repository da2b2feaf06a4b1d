/** The embedded world: its text, prompts, demonstrations and gold labeler. Pure and seeded. */
export { createWorld } from './createWorld.ts';
export type { Entity, EntityKind } from './entity.ts';
export { cutFewShot, fewShotPrefix, fewShotText } from './fewShot.ts';
export type { FewShotPrefix } from './fewShot.ts';
export { makePrompts } from './prompts.ts';
export type { PromptCounts, WorldPrompt } from './prompts.ts';
export { documentShares, webDocument, webText } from './webText.ts';
export type { DocumentKind } from './webText.ts';
export type { Fact, SetFact, World } from './world.ts';
