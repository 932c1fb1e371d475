/** @module Measures how well an attack's scores separate “yes” from “no”. */

/** Scores that an attack gives to trials in which the right guess is “no”, and to trials in which it is “yes”. */
export interface Scores {
  readonly no: readonly number[]
  readonly yes: readonly number[]
}

/**
 * Area under the ROC curve: chance that a “yes” scores above a “no”, where a tie counts half (Mann and Whitney). 0.5 is
 * as good as a coin toss, 1 is always right.
 */
export function areaUnderCurve({ no, yes }: Scores): number {
  const all = [...no.map((score) => ({ score, is: 0 })), ...yes.map((score) => ({ score, is: 1 }))]
  all.sort((a, b) => a.score - b.score)
  let ranks = 0
  for (let from = 0; from < all.length; ) {
    let to = from
    while (to < all.length && all[to].score === all[from].score) to++
    // Tied scores all get the mean of their ranks; ranks begin at 1.
    for (let i = from; i < to; i++) ranks += (all[i].is * (from + 1 + to)) / 2
    from = to
  }
  return (ranks - (yes.length * (yes.length + 1)) / 2) / (no.length * yes.length)
}

/** Standard error of the area under the ROC curve if the scores of “yes” and “no” have the same distribution. */
export const areaError = ({ no, yes }: Scores): number =>
  Math.sqrt((no.length + yes.length + 1) / (12 * no.length * yes.length))

/** True positive rate: share of “yes” scores above the threshold with the false positive rate `falsePositives`. */
export function truePositiveRate({ no, yes }: Scores, falsePositives: number): number {
  const threshold = no.toSorted((a, b) => b - a)[Math.floor(falsePositives * no.length)]
  return yes.filter((score) => score > threshold).length / yes.length
}

/** Share of right guesses that blind guessing exceeds once in 741 tests (three standard errors). */
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
