// The platforms that the extension is packaged for.
import process from 'node:process';

/** The folder of ONNX Runtime's binaries for each of the editor's platforms that it has any for. */
export const natives = {
  'linux-x64': 'linux/x64',
  'linux-arm64': 'linux/arm64',
  'darwin-arm64': 'darwin/arm64',
  'win32-x64': 'win32/x64',
  'win32-arm64': 'win32/arm64',
} as const;
/** A package of {@link natives}, or the one without a native runtime, for every other platform. */
export type Target = keyof typeof natives | 'universal';
/** All of them. */
export const targets: readonly Target[] = [...keys(natives), 'universal'];

/** The package that an editor on this machine installs. */
export function ownTarget(): Target {
  const own = `${process.platform}-${process.arch}`;
  return targets.find((target) => target === own) ?? 'universal';
}

/** The file of a package, by its path from the root. */
export function packageFile(name: string, target: Target, version: string): string {
  return `packages/${name}-${target}-${version}.vsix`;
}

function keys<T extends object>(table: T): (keyof T)[] {
  return Object.keys(table) as (keyof T)[]; // of a literal
}
