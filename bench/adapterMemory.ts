/**
 * Peak memory of SFT at 124 M parameters, 2 × 256 tokens: all weights, and an adapter of rank 8 on every
 * linear layer, each in a process of its own with the trainer's allocator.
 *
 *     node bench/adapterMemory.ts
 */
import { execFileSync } from 'node:child_process';
import process from 'node:process';
import { trainTokenizer, initialise, Tokenizer } from '../src/ml/models/index.ts';
import { SftLoop } from '../src/ml/rlhf/index.ts';
import { resolveHyperparameters } from '../src/protocol/hyperparameters.ts';
import { Random } from '../src/data/random.ts';
import { keepFreedMemory } from '../src/trainer/keepFreedMemory.ts';

const steps = 3;
const [, script] = process.argv;
const rank = process.argv.at(2);

/** Trains a few steps and gives back this process's peak, in bytes. */
async function peakOf(loraRank: number): Promise<number> {
  const line = 'the quick brown fox jumps over the lazy dog\n';
  const tokenizer = Tokenizer.parse(trainTokenizer([line], 280), 'tokenizer.json');
  const config = {
    modelType: 'gpt2' as const,
    vocabSize: 50_257,
    nCtx: 256,
    nEmbd: 768,
    nLayer: 12,
    nHead: 12,
    nInner: 3072,
    activation: 'gelu_new' as const,
    layerNormEpsilon: 1e-5,
    initializerRange: 0.02,
    endToken: tokenizer.endToken,
  };
  const ids = tokenizer.encode(line).length;
  const prompt = line.repeat(Math.floor(254 / ids) - 1);
  const demonstrations = Array.from({ length: 2 * steps }, () => ({ prompt, completion: line }));
  const loop = new SftLoop({
    model: { config, tokenizer, parameters: initialise(config, 'language', new Random(0)) },
    demonstrations,
    validation: [],
    hyperparameters: resolveHyperparameters('sft', {
      epochs: 1,
      batchSize: 2,
      completionOnlyLoss: false,
      loraRank,
    }),
    seed: 0,
    execution: { threads: 2 },
  });
  while (loop.step < loop.totalSteps) await loop.advance();
  await loop.finish();
  loop.dispose();
  return process.resourceUsage().maxRSS * 1024;
}

if (rank === undefined) {
  const [full, lora] = [0, 8].map((each) =>
    Number(execFileSync(process.execPath, [script, String(each)], { encoding: 'utf8' })),
  );
  const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
  console.log(
    `all weights ${mebibytes(full)}, adapter ${mebibytes(lora)}: ${(lora / full).toFixed(2)} times`,
  );
} else {
  keepFreedMemory();
  console.log(await peakOf(Number(rank)));
}
