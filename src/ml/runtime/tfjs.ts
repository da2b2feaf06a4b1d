import type * as tfjs from '@tensorflow/tfjs-core';

/** The functions of `@tensorflow/tfjs-core`, by whichever package brings them. */
export type Tfjs = typeof tfjs;
/** A tensor of tfjs. */
export type TfTensor = tfjs.Tensor;
