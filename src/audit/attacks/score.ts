/** @module How well scores tell two worlds apart. */

/** Of one attack on one thing: its scores where the guess should be “no”, and where “yes”. */
export interface Scores {
  readonly no: readonly number[]
  readonly yes: readonly number[]
}

/** How often a “yes” scores above a “no”, a tie half (Mann and Whitney): 0.5 is a coin, 1 is certain. */
export function areaUnderCurve({ no, yes }: Scores): number {
  const all = [...no.map((score) => ({ score, is: 0 })), ...yes.map((score) => ({ score, is: 1 }))]
  all.sort((a, b) => a.score - b.score)
  let ranks = 0
  for (let from = 0; from < all.length; ) {
    let to = from
    while (to < all.length && all[to].score === all[from].score) to++
    // Ties share the mean of their ranks, which count from 1.
    for (let i = from; i < to; i++) ranks += (all[i].is * (from + 1 + to)) / 2
    from = to
  }
  return (ranks - (yes.length * (yes.length + 1)) / 2) / (no.length * yes.length)
}

/** Of the area, where there is nothing to tell apart. */
export const areaError = ({ no, yes }: Scores): number =>
  Math.sqrt((no.length + yes.length + 1) / (12 * no.length * yes.length))

/** How often “yes” is found, with a threshold that only this share of “no” passes. */
export function truePositiveRate({ no, yes }: Scores, falsePositives: number): number {
  const threshold = no.toSorted((a, b) => b - a)[Math.floor(falsePositives * no.length)]
  return yes.filter((score) => score > threshold).length / yes.length
}

/** As a share of the trials: more hits than this chance brings once in 741, as three standard errors are of a normal curve. */
export function mostByChance(rate: number, trials: number): number {
  const expected = rate * trials
  if (expected > 100) return rate + 3 * Math.sqrt((rate * (1 - rate)) / trials)
  let hits = 0
  let exactly = (1 - rate) ** trials
  for (let atMost = exactly; hits < trials && 1 - atMost > 1 / 741; atMost += exactly) {
    hits++
    exactly *= ((trials - hits + 1) / hits) * (rate / (1 - rate))
  }
  return hits / trials
}
