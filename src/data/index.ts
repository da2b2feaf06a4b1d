/** The dataset of a project: records in text files, their index, queue and statistics. */
export { agreement } from './agreement.ts';
export type { Agreement, Comparison, PairAgreement, RankedTask } from './agreement.ts';
export { agreementPage } from './agreementPage.ts';
export { agreementReport, comparisonAlpha } from './agreementReport.ts';
export type {
  AgreementReport,
  ChanceCorrected,
  DatedTask,
  LabelerAgreement,
  PeriodAgreement,
} from './agreementReport.ts';
export type { Assignment } from './assignment.ts';
export { contestedPrompts, standingRankings } from './contested.ts';
export type { ContestedPrompt, SettlingTask } from './contested.ts';
export type { Appended, TornLine } from './appendFile.ts';
export type { Compacted } from './compactFile.ts';
export type { DatasetCounts, Tally } from './counts.ts';
export {
  applyProposals,
  curationSteps,
  datasetStatistics,
  detectLanguage,
  proposalsOf,
} from './curation/index.ts';
export type {
  CurationOptions,
  CurationStep,
  DatasetStatistics,
  Description,
  PersonalData,
  Proposal,
} from './curation/index.ts';
export { Dataset } from './dataset.ts';
export type { DatasetOptions } from './dataset.ts';
export { digestFiles } from './digest.ts';
export type {
  CompletionEntry,
  DemonstrationEntry,
  EntryPlace,
  EntryTypes,
  PromptEntry,
  RankingEntry,
} from './entries.ts';
export { withFileLock } from './fileLock.ts';
export { krippendorffAlpha } from './krippendorff.ts';
export type { AlphaMetric } from './krippendorff.ts';
export type { LabelState } from './labelStates.ts';
export { screenCandidate } from './screenCandidate.ts';
export { fewShotExamples } from './fewShot.ts';
export { applyImport, exportDataset, formats, planImport } from './exchange/index.ts';
export type {
  Exported,
  ExportOptions,
  FilePlan,
  ImportOptions,
  ImportPlan,
  KindCounts,
} from './exchange/index.ts';
export type { LinePlace } from './jsonlLines.ts';
export { markdownTable, plainText } from './markdownText.ts';
export { formatProblem } from './problem.ts';
export type { Problem, ProblemCode } from './problem.ts';
export { checkProjectText, openProject } from './project.ts';
export type { OpenProject } from './project.ts';
export { modelInput, promptText } from './promptText.ts';
export { nextTask, upcomingDemonstrations, upcomingTasks } from './queue.ts';
export type {
  DemonstrationTask,
  QueueOptions,
  RankingQueueOptions,
  RankingTask,
  Served,
  Upcoming,
} from './queue.ts';
export type { QueuePolicy } from './queuePolicy.ts';
export {
  headline,
  modelName,
  percent,
  sliceName,
  subjectOf,
  verdict,
  withInterval,
  writeReport,
} from './reports/index.ts';
export { sampledRanked } from './sampledRanked.ts';
export type { SampledRanked } from './sampledRanked.ts';
export type {
  Criterion,
  FlaggedCompletion,
  ScreeningCutoffs,
  ScreeningResult,
  ScreeningTest,
} from './screening.ts';
export { Random, hash } from './random.ts';
export type { RandomState } from './random.ts';
export { kindOfFile } from './recordFile.ts';
export type { BadLine, ReadRecordsOptions, RecordLine } from './recordFile.ts';
export { reviseLine } from './reviseLine.ts';
export { assignSplits } from './splits.ts';
export type { SplitShares, SplitSubject } from './splits.ts';
export { recordFileOf, RecordStore } from './store.ts';
export type { Saved, StoreOptions } from './store.ts';
export { validateProject } from './validate.ts';
export { readRollouts } from './rollouts.ts';
export type { Rollouts } from './rollouts.ts';
export { bootstrapInterval, outcome, wilsonInterval, winRate } from './winRate.ts';
export type { WinRate } from './winRate.ts';
