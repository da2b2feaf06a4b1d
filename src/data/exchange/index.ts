/** Import and export: other tools' files in and out of a project. */
export { applyImport } from './applyImport.ts';
export { exportDataset } from './exportDataset.ts';
export type { Exported, ExportOptions } from './exportDataset.ts';
export { formats } from './formats/index.ts';
export { planImport } from './importPlan.ts';
export type { FilePlan, ImportOptions, ImportPlan, KindCounts } from './importPlan.ts';
