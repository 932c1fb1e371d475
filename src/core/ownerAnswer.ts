/** @module Type of an answer to a shop owner's question, for commands (`evaluate`, `measure`) and the owner's page. */

/** Colour of an answer, never shown without the answer's words. `grey` means that the answer isn't known yet. */
export type Light = 'green' | 'amber' | 'red' | 'grey'

export interface OwnerAnswer {
  readonly light: Light
  /** Answer in one sentence, without a full stop. */
  readonly answer: string
  /** Figures and reasons, one sentence each, without a full stop. */
  readonly because: readonly string[]
  /** What would change the answer, without a full stop. */
  readonly change: string
}
