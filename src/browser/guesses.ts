/**
 * @module Plain meaning of ε: in how many of 100 tries, at most, somebody guesses correctly which of two opposite
 * updates was sent. The guesser knows everything else, even one server's noise. A coin toss would be right 50 times in
 * 100.
 */
import { muAt, substitutionMu } from '@nearside/aggregate/privacy/gaussianAccountant.ts'
import { guessRate } from '@nearside/core/normal.ts'
import type { ContributionTerms } from './contribution/terms.ts'

const inHundred = (mu: number) => Math.ceil(100 * guessRate(mu))

/**
 * Maximum number of correct guesses in 100 tries under these terms, for somebody who sees one update, and for somebody
 * who sees all updates of a year.
 */
export function guessesOf(
  terms: Pick<ContributionTerms, 'delta' | 'epsilonPerReport' | 'epsilonPerYear'>,
): { readonly one: number; readonly year: number } {
  const under = (epsilon: number) => inHundred(muAt(epsilon, terms.delta))
  return { one: under(terms.epsilonPerReport), year: under(terms.epsilonPerYear) }
}

/**
 * Maximum number of correct guesses in 100 tries, for somebody who sees all updates sent so far. `lossSquared` is the
 * updates' Σ z⁻² (z: noise multiplier).
 */
export const guessesAfter = (lossSquared: number): number => inHundred(substitutionMu(lossSquared))
