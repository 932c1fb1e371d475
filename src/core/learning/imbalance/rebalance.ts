/** @module Balances the classes of a batch, and corrects predictions for the balancing. */
import { type Random, shuffled } from '../../model/random.ts'
import type { Example } from '../learners/learner.ts'
import type { Imbalance } from '../learners/names.ts'
import { adasyn, smote } from './synthetic.ts'

/**
 * The batch with equal numbers (or weights) of positive and negative examples, in random order. A batch of
 * one class stays unbalanced.
 */
export function rebalance(batch: readonly Example[], method: Imbalance, random: Random): Example[] {
  const rare = batch.filter(({ label }) => label === 1)
  const other = batch.filter(({ label }) => label === 0)
  const mixed = (examples: readonly Example[]) =>
    shuffled(examples.length, random).map((place) => examples[place])
  if (method === 'none' || rare.length === 0 || rare.length >= other.length) return mixed(batch)
  const missing = other.length - rare.length
  const rows = rare.map(({ x }) => x)
  const yes = (made: readonly Float32Array[]) => made.map((x): Example => ({ x, label: 1 }))
  switch (method) {
    case 'weights': {
      const half = batch.length / 2
      return mixed([
        ...rare.map((one) => ({ ...one, weight: half / rare.length })),
        ...other.map((one) => ({ ...one, weight: half / other.length })),
      ])
    }
    case 'over':
      return mixed([
        ...batch,
        ...Array.from({ length: missing }, () => rare[random.integer(rare.length)]),
      ])
    case 'under':
      return mixed([
        ...rare,
        ...shuffled(other.length, random)
          .slice(0, rare.length)
          .map((place) => other[place]),
      ])
    case 'smote':
      return mixed([...batch, ...yes(smote(rows, missing, random))])
    case 'adasyn':
      return mixed([
        ...batch,
        ...yes(
          adasyn(
            rows,
            other.map(({ x }) => x),
            missing,
            random,
          ),
        ),
      ])
  }
}

/** Weight of the positive examples ÷ total weight. */
export function shareOfYes(batch: readonly Example[]): number {
  let yes = 0
  let total = 0
  for (const { label, weight = 1 } of batch) {
    total += weight
    if (label === 1) yes += weight
  }
  return total > 0 ? yes / total : 0
}

/**
 * Corrects a probability that was learned with a share `trained` of positive examples to the share `actual`.
 * This is Bayes' rule with the actual prior; it preserves the order.
 * @see Saerens, Latinne and Decaestecker 2002, doi 10.1162/089976602753284446
 */
export function correctPrior(probability: number, trained: number, actual: number): number {
  if (trained <= 0 || trained >= 1) return probability
  const yes = probability * (actual / trained)
  const no = (1 - probability) * ((1 - actual) / (1 - trained))
  return yes + no > 0 ? yes / (yes + no) : probability
}
