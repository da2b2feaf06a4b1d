/** The world with its language. */
import { Fluency } from './fluency.ts';
import type { Reading } from './reading.ts';
import { assembleWorld } from './world.ts';
import type { World } from './world.ts';

/**
 * The one world of Instruct Studio: fixed facts, no seed. Its sense of language is learned at the
 * first judgement (a few tenths of a second) and kept with the world.
 */
export function createWorld(): World {
  let fluency: Fluency | null = null;
  const world: World = assembleWorld((reading: Reading) => {
    fluency ??= new Fluency(world);
    return fluency.of(reading);
  });
  return world;
}
