/** Every command of the command line, in the order of its help. */
import type { Command } from './command.ts';
import { agreementCommand } from './agreementCommand.ts';
import { buildBaseModelCommand } from './build/buildBaseModel.ts';
import { buildSampleProjectCommand } from './build/buildSampleProject.ts';
import { curateCommand } from './curateCommand.ts';
import { demoCommand } from './demo/demoCommand.ts';
import { exportCommand } from './exchange/exportCommand.ts';
import { importCommand } from './exchange/importCommand.ts';
import { estimateCommand } from './estimateCommand.ts';
import { initCommand } from './initCommand.ts';
import { judgeCommand } from './judging/judgeCommand.ts';
import { publicTaskCommand } from './publicTasks/publicTaskCommand.ts';
import { inspectCommand } from './inspectCommand.ts';
import { addModelCommand } from './modelSources/addModelCommand.ts';
import { reportCommand } from './reports/reportCommand.ts';
import { runCommand } from './runCommand.ts';
import { samplerCommand } from './sampler/samplerCommand.ts';
import { screenCommand } from './screenCommand.ts';
import { stageCommands } from './stageCommands.ts';
import { statsCommand } from './statsCommand.ts';
import { validateCommand } from './validateCommand.ts';

/** See the file's header. */
export const commands: readonly Command[] = [
  initCommand,
  importCommand,
  exportCommand,
  addModelCommand,
  ...stageCommands,
  runCommand,
  judgeCommand,
  reportCommand,
  publicTaskCommand,
  inspectCommand,
  validateCommand,
  estimateCommand,
  curateCommand,
  statsCommand,
  agreementCommand,
  screenCommand,
  samplerCommand,
  demoCommand,
  buildBaseModelCommand,
  buildSampleProjectCommand,
];
