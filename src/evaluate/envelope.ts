/** @module What every `evaluate --json` holds, whatever was compared; its own details stand beside it. */
import type { Lift } from './bootstrap.ts'

export interface NamedLift extends Lift {
  readonly arm: string
  readonly over: string
  readonly metric: string
}

export interface Envelope {
  readonly protocol: string
  readonly shop: string
  /** ISO date from which on was tested. */
  readonly until: string
  readonly seed: number
  /** Tested ones; sessions, where a log of clicks knows nothing else. */
  readonly shoppers: number
  readonly cases: number
  /** Each with its metrics as numbers. */
  readonly arms: readonly { readonly name: string }[]
  /** Relative, by paired bootstrap; left out over an arm that scores 0. */
  readonly lifts: readonly NamedLift[]
  /** Null where nothing personal is compared with the base, shopper by shopper. */
  readonly shoppersWorse: { readonly significant: number; readonly share: number } | null
}

/** An arm with what each metric is over one other arm's; null where that is at 0. */
interface LiftedArm {
  readonly name: string
  readonly lift: Readonly<Record<string, Lift | null>>
}

/** Of all arms but `over` itself. */
export function liftsOver(over: string, arms: readonly LiftedArm[]): NamedLift[] {
  return arms.flatMap(({ name, lift }) =>
    Object.entries(lift).flatMap(([metric, found]) =>
      found && name !== over ? [{ arm: name, over, metric, ...found }] : [],
    ),
  )
}
