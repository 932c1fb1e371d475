/** @module Log-likelihood of the events, by which the device and the evaluation compare models. */

/**
 * Mean over the targets of log softmax(scores) in nats, over the items that are not excluded. Scores are
 * log-probabilities up to a constant.
 */
export function logLikelihood(
  scores: Float32Array,
  targets: readonly number[],
  excluded?: Uint8Array,
): number {
  let highest = Number.NEGATIVE_INFINITY
  for (let i = 0; i < scores.length; i++) {
    if (!excluded?.[i] && scores[i] > highest) highest = scores[i]
  }
  let sum = 0
  for (let i = 0; i < scores.length; i++) {
    if (!excluded?.[i]) sum += Math.exp(scores[i] - highest)
  }
  const normaliser = highest + Math.log(sum)
  let total = 0
  for (const target of targets) total += scores[target] - normaliser
  return total / targets.length
}
