/**
 * @module Focuses a case with several targets on the targets that already rank high. With equal shares, an
 * order of thirty lines consists mostly of unpredictable lines. A fit then sacrifices the top of the list for
 * them: likelihood rises while NDCG@10 falls.
 */

/**
 * Focus of the ranker and the personal fit. Both need the same value: otherwise a personal fit undoes the
 * base model's focus.
 *
 * Measured on Online Retail, next case of training shoppers, out-of-fold statistics. The ranker's NDCG@10
 * rises by 1.3 % (.0039 ± .0009) at 0.3 and 1.6 % at 0.4–0.5. The personal fit's lift rises from +.4 ± .4 %
 * to +.8 ± .35 %.
 */
export const TARGET_FOCUS = 0.4

/**
 * Shares ∝ share · exp(focus · score), summing to one; finite for any finite scores.
 * @param focus 0 keeps the shares; 1 is the likelihood that any one target is next.
 */
export function focusedShares(
  shares: readonly number[],
  scores: readonly number[],
  focus: number,
): number[] {
  let highest = Number.NEGATIVE_INFINITY
  for (const score of scores) highest = Math.max(highest, score)
  const odds = shares.map((share, k) => share * Math.exp(focus * (scores[k] - highest)))
  const sum = odds.reduce((a, b) => a + b, 0)
  return odds.map((value) => value / sum)
}
