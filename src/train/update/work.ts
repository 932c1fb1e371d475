/** @module What an update costs, counted so that a busy machine can't change it, and timed. */

export interface Work {
  /** Events read and counted. */
  readonly events: number
  /** Cases described for a fit. */
  readonly cases: number
  /** Training rows gone through, a row counted once for each step of the fit. */
  readonly rows: number
  /** Processor seconds. */
  readonly seconds: number
}

export const NO_WORK: Work = { events: 0, cases: 0, rows: 0, seconds: 0 }

export function addWork(...all: readonly Work[]): Work {
  return all.reduce(
    (sum, one) => ({
      events: sum.events + one.events,
      cases: sum.cases + one.cases,
      rows: sum.rows + one.rows,
      seconds: sum.seconds + one.seconds,
    }),
    NO_WORK,
  )
}
