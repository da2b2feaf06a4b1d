/** Curation as the paper did it: duplicates, caps, personal data, categories, statistics. */
export { detectLanguage } from './language.ts';
export type { PersonalData } from './personalData.ts';
export { applyProposals, curationSteps, proposalsOf } from './proposals.ts';
export type { CurationOptions, CurationStep, Proposal } from './proposals.ts';
export { datasetStatistics } from './statistics.ts';
export type { DatasetStatistics, Description } from './statistics.ts';
