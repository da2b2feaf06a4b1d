import { add, mul } from './elementwise.ts';
import { reshape, sliceBox } from './layout.ts';
import type { Tensor } from './tensor.ts';

/**
 * Which nodes of a forward pass are computed again for the backward pass instead of being kept
 * (gradient checkpointing; Chen et al. 2016, arXiv 1604.06174). Nodes belong to the last of the given
 * checkpoints that they depend on. Those behind the last checkpoint are needed at once and are kept, as
 * are those before the first.
 */
export class Recomputation {
  /** The segment of each node, by the index of its checkpoint. */
  readonly #segments = new Map<Tensor, number>();
  readonly #checkpoints: readonly Tensor[];
  readonly #copies = new Map<Tensor, Tensor>();
  /** Of each segment begun: its checkpoint as the copies read it. */
  readonly #starts = new Map<number, Tensor>();

  /** @param order All nodes of the forward pass, inputs first. */
  constructor(checkpoints: readonly Tensor[], order: readonly Tensor[]) {
    this.#checkpoints = checkpoints;
    for (const tensor of order) {
      const own = checkpoints.indexOf(tensor);
      const segment = tensor.inputs.reduce(
        (last, source) => Math.max(last, this.#segments.get(source) ?? -1),
        own,
      );
      if (segment >= 0) this.#segments.set(tensor, segment);
    }
  }

  /**
   * The node to differentiate in place of this one: itself, or its copy, which is computed anew.
   *
   * @param gradient The node's gradient. A segment's copies wait for that of its last node.
   */
  of(tensor: Tensor, gradient: Tensor): Tensor {
    const segment = this.#segments.get(tensor);
    if (segment === undefined || segment === this.#checkpoints.length - 1) return tensor;
    if (tensor === this.#checkpoints[segment]) return tensor;
    if (!this.#starts.has(segment)) {
      this.#starts.set(segment, after(this.#checkpoints[segment], gradient));
    }
    return this.#copy(tensor, segment);
  }

  #copy(tensor: Tensor, segment: number): Tensor {
    if (tensor === this.#checkpoints[segment]) return this.#starts.get(segment) ?? tensor;
    if (this.#segments.get(tensor) !== segment) return tensor;
    const known = this.#copies.get(tensor);
    if (known !== undefined) return known;
    const inputs = tensor.inputs.map((source) => this.#copy(source, segment));
    const copy = { ...tensor, inputs };
    this.#copies.set(tensor, copy);
    return copy;
  }
}

/**
 * x once more, but not before `other` is known: otherwise ONNX Runtime would see the copies to be
 * what was computed before, and keep that.
 */
export function after(x: Tensor, other: Tensor): Tensor {
  const first = sliceBox(
    other,
    other.shape.map(() => 0),
    other.shape.map(() => 1),
  );
  return add(x, mul(reshape(first, []), 0));
}
