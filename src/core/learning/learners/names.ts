/** @module Names of the incremental learners that a shop can choose, without their code, which a page doesn't need. */

export const LEARNER_NAMES = ['gradient', 'network', 'tree'] as const
/** `gradient`: gradient descent with fusion; `network`: a network 64-32-1; `tree`: a Hoeffding adaptive tree. */
export type LearnerName = (typeof LEARNER_NAMES)[number]

export const IMBALANCES = ['none', 'weights', 'over', 'under', 'smote', 'adasyn'] as const
/** Class-imbalance strategy of the network learner. */
export type Imbalance = (typeof IMBALANCES)[number]

export interface LearnerWeight {
  /** Name of the learner; `model` stands for the ranking without learners. */
  readonly name: LearnerName | 'model'
  /** Weight from 0 to 1; the weights sum to one. */
  readonly weight: number
}
