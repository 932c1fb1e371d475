/**
 * @module ε in words: how many times in 100 somebody would guess rightly, at most, which of two opposite
 * updates was sent. That somebody knows everything else, one server's noise too. A coin is right 50 times.
 */
import { muAt, substitutionMu } from '../aggregate/privacy/gaussianAccountant.ts'
import { guessRate } from '../core/normal.ts'
import type { ContributionTerms } from './upload/terms.ts'

const inHundred = (mu: number) => Math.ceil(100 * guessRate(mu))

/** From one update, and from all of a year, under these terms. */
export function guessesOf(
  terms: Pick<ContributionTerms, 'delta' | 'epsilonPerReport' | 'epsilonPerYear'>,
): { readonly one: number; readonly year: number } {
  const under = (epsilon: number) => inHundred(muAt(epsilon, terms.delta))
  return { one: under(terms.epsilonPerReport), year: under(terms.epsilonPerYear) }
}

/** From updates that were sent, by their Σ z⁻². */
export const guessesAfter = (lossSquared: number): number => inHundred(substitutionMu(lossSquared))
