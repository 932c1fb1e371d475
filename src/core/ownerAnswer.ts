/** @module Answer to a shop owner's question, as `evaluate`, `measure` and the owner's page give it. */

/** Colour of an answer; it always stands beside its words. `grey`: not known yet. */
export type Light = 'green' | 'amber' | 'red' | 'grey'

export interface OwnerAnswer {
  readonly light: Light
  /** Answer in one sentence, without a full stop. */
  readonly answer: string
  /** Figures and reasons, a sentence each, without a full stop. */
  readonly because: readonly string[]
  /** What would change the answer, without a full stop. */
  readonly change: string
}
