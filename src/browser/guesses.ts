/**
 * @module Plain meaning of ε: in how many of 100 tries, at most, somebody guesses correctly which of two opposite
 * updates was sent. That person knows everything else, even one server's noise. A coin toss is right 50 times.
 */
import { muAt, substitutionMu } from '@nearside/aggregate/privacy/gaussianAccountant.ts'
import { guessRate } from '@nearside/core/normal.ts'
import type { ContributionTerms } from './contribution/terms.ts'

const inHundred = (mu: number) => Math.ceil(100 * guessRate(mu))

/** Correct guesses of 100 under these terms, from one update and from a year's updates. */
export function guessesOf(
  terms: Pick<ContributionTerms, 'delta' | 'epsilonPerReport' | 'epsilonPerYear'>,
): { readonly one: number; readonly year: number } {
  const under = (epsilon: number) => inHundred(muAt(epsilon, terms.delta))
  return { one: under(terms.epsilonPerReport), year: under(terms.epsilonPerYear) }
}

/** Correct guesses of 100, from updates sent so far. `lossSquared` is their Σ z⁻². */
export const guessesAfter = (lossSquared: number): number => inHundred(substitutionMu(lossSquared))
