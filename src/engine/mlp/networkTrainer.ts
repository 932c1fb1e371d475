/**
 * @module The incremental network as a job of an engine. The network goes in and comes out as a
 * snapshot, so that hardware which fails takes nothing with it.
 */
import type { Example, IncrementalLearner } from '../../core/personal/learners/learner.ts'
import type { MlpSnapshot } from '../../core/personal/learners/mlp.ts'

export interface NetworkTrainer {
  /**
   * The network after a step of Adam on each 50 of the examples.
   * @throws NearsideError `input-invalid`, `engine-failed`
   */
  learn(from: MlpSnapshot, examples: readonly Example[]): Promise<MlpSnapshot>
  /** Probability of each row of inputs. @throws NearsideError `input-invalid`, `engine-failed` */
  predict(network: MlpSnapshot, rows: readonly Float32Array[]): Promise<Float32Array>
  dispose(): void
}

/** @param learner whose own state is of no meaning */
export function createProcessorTrainer(learner: IncrementalLearner<MlpSnapshot>): NetworkTrainer {
  return {
    async learn(from, examples) {
      learner.restore(from)
      learner.learn(examples)
      return learner.snapshot()
    },
    async predict(network, rows) {
      learner.restore(network)
      return Float32Array.from(rows, (x) => learner.predict(x))
    },
    dispose() {},
  }
}
