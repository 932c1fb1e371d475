/** @module Fields that every `evaluate --json` has; each protocol adds its own details. */
import type { Lift } from './bootstrap.ts'

export interface NamedLift extends Lift {
  readonly arm: string
  readonly over: string
  readonly metric: string
}

export interface Envelope {
  readonly protocol: string
  readonly shop: string
  /** Start of the tested time, ISO date. */
  readonly until: string
  readonly seed: number
  /** Number of tested shoppers, or of sessions where a log of clicks knows no shoppers. */
  readonly shoppers: number
  readonly cases: number
  /** Arms, each with its metrics as numbers. */
  readonly arms: readonly { readonly name: string }[]
  /** Relative lifts, by paired bootstrap; a lift over an arm that scores 0 is left out. */
  readonly lifts: readonly NamedLift[]
  /** Shoppers who fare worse; null where personal and base are not compared by shopper. */
  readonly shoppersWorse: { readonly significant: number; readonly share: number } | null
}

/** An arm with the lift of each metric over another arm; null where the other arm is at 0. */
interface LiftedArm {
  readonly name: string
  readonly lift: Readonly<Record<string, Lift | null>>
}

/** Lifts of all arms except `over` itself. */
export function liftsOver(over: string, arms: readonly LiftedArm[]): NamedLift[] {
  return arms.flatMap(({ name, lift }) =>
    Object.entries(lift).flatMap(([metric, found]) =>
      found && name !== over ? [{ arm: name, over, metric, ...found }] : [],
    ),
  )
}
