/** @module How much planted noise each way of cleaning finds, and how much else it takes with it. */
import type { Usual } from '../../src/core/events/clean/outliers.ts'
import { CLEANERS, type CleanerName } from './cleaners.ts'
import { NOISE_KINDS, type NoiseKind, type NoisyLog } from './simulate.ts'

export interface Detection {
  readonly cleaner: CleanerName
  /** Share of what was dropped that was noise; null: nothing was dropped. */
  readonly precision: number | null
  /** Share of the noise that was dropped, by kind. */
  readonly recall: Readonly<Record<NoiseKind, number>>
  /** Share of the shopper's own looks that were dropped. */
  readonly lost: number
  /** Reason → events dropped for it. */
  readonly dropped: Readonly<Record<string, number>>
}

const KINDS = Object.keys(NOISE_KINDS) as NoiseKind[]

/** @param logs one a device. */
export function detect(logs: readonly NoisyLog[], usual: Usual): Detection[] {
  return (Object.keys(CLEANERS) as CleanerName[])
    .filter((cleaner) => cleaner !== 'none')
    .map((cleaner) => {
      const found = count()
      const total = count()
      let own = 0
      let lost = 0
      const dropped: Record<string, number> = {}
      for (const { events, planted } of logs) {
        const cleaned = CLEANERS[cleaner](events, usual)
        const kept = new Set(cleaned.events.map(({ id }) => id))
        for (const [reason, n] of Object.entries(cleaned.report.dropped))
          dropped[reason] = (dropped[reason] ?? 0) + n
        for (const { id, name } of events) {
          const kind = planted.get(id)
          const isDropped = !kept.has(id)
          if (kind) {
            total[kind]++
            if (isDropped) found[kind]++
          } else if (name !== 'purchase') {
            own++
            if (isDropped) lost++
          }
        }
      }
      const hits = KINDS.reduce((sum, kind) => sum + found[kind], 0)
      return {
        cleaner,
        precision: hits + lost > 0 ? hits / (hits + lost) : null,
        recall: Object.fromEntries(
          KINDS.map((kind) => [kind, total[kind] > 0 ? found[kind] / total[kind] : 0]),
        ) as Record<NoiseKind, number>,
        lost: own > 0 ? lost / own : 0,
        dropped,
      }
    })
}

function count(): Record<NoiseKind, number> {
  return Object.fromEntries(KINDS.map((kind) => [kind, 0])) as Record<NoiseKind, number>
}
