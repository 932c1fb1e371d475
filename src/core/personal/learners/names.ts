/** @module What a shop can choose of the incremental learners: names only, so that they cost a page nothing. */

export const LEARNER_NAMES = ['gradient', 'network', 'tree'] as const
/** Gradient descent with fusion; a network 64-32-1; a Hoeffding adaptive tree. */
export type LearnerName = (typeof LEARNER_NAMES)[number]

export const IMBALANCES = ['none', 'weights', 'over', 'under', 'smote', 'adasyn'] as const
/** How the few candidates that were chosen are set against the many that were not. */
export type Imbalance = (typeof IMBALANCES)[number]

/** What a learner's word counts for. */
export interface LearnerWeight {
  /** `model`: the ranking as it is without learners. */
  readonly name: LearnerName | 'model'
  /** 0 to 1; all of them sum to one. */
  readonly weight: number
}
