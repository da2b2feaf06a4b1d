/** What computes a run: the command line's choice, else the project's. */
import { backends, devices, type EngineSettings } from '../protocol/engine.ts';
import { usageError, type Arguments, type OptionSpec } from './commandLine.ts';

/** The options of every command that makes a run. */
export const engineOptions: Readonly<Record<string, OptionSpec>> = {
  backend: {
    value: 'NAME',
    description: `What computes: ${backends.join(' or ')}; that of instruct.json when absent.`,
  },
  device: {
    value: 'NAME',
    description: `Where: ${devices.join(', ')}; that of instruct.json when absent.`,
  },
};

/**
 * The settings of a new run.
 * @throws InstructError `bad-argument` where a name is none.
 */
export function engineSettings(
  command: string,
  args: Arguments,
  project: EngineSettings,
): EngineSettings {
  const backend = chosen(command, 'backend', args, backends) ?? project.backend;
  const device = chosen(command, 'device', args, devices) ?? project.device;
  return { ...(backend !== undefined && { backend }), ...(device !== undefined && { device }) };
}

function chosen<Name extends string>(
  command: string,
  option: string,
  args: Arguments,
  names: readonly Name[],
): Name | undefined {
  const given = args.text(option);
  const name = names.find((each) => each === given);
  if (given === undefined || name !== undefined) return name;
  throw usageError(command, `--${option}: expected one of ${names.join(', ')}, got "${given}"`);
}
