/**
 * @module Popularity from a noised sum of item counts. The noise's size is known, so each count is replaced by its
 * expectation: an empirical Bayes estimate, with a prior fitted to all counts of the round.
 */
import type { ItemStatistics } from '@nearside/core/features/itemStatistics.ts'

type Popularity = Pick<ItemStatistics, 'popularity7' | 'popularity30' | 'popularityAll'>

/** Least share of the variance between items that is no noise. At 0.01 a release did harm, at 0.08 it helped. */
const LEAST_SIGNAL = 0.05
/** Standard errors of the variance of pure noise that the signal must exceed; this decides in small catalogs. */
const CERTAINTY = 2
/** Rounds of the EM algorithm that fits the prior, and the ratio of neighbouring values of its grid. */
const EM_STEPS = 60
const GRID_RATIO = 1.25

/** Share of the counts' variance between items that noise of this standard deviation doesn't explain, 0 … 1. */
export function signalOf(counts: Float64Array, noise: number): number {
  const mean = counts.reduce((sum, x) => sum + x, 0) / counts.length
  const variance = counts.reduce((sum, x) => sum + (x - mean) ** 2, 0) / counts.length
  return variance > 0 ? Math.max(0, 1 - noise ** 2 / variance) : 0
}

/**
 * Popularity relative to the mean item; null if nearly all of the variance is noise, since such a release does harm.
 * @param counts [N], with noise
 * @param noise standard deviation of the noise on each count
 */
export function popularityOfCounts(counts: Float64Array, noise: number): Popularity | null {
  const byChance = CERTAINTY * Math.sqrt(2 / counts.length)
  if (signalOf(counts, noise) < Math.max(LEAST_SIGNAL, byChance)) return null
  const expected = noise > 0 ? expectedCounts(counts, noise) : counts.map((x) => Math.max(0, x))
  const mean = expected.reduce((sum, x) => sum + x, 0) / expected.length
  const month = Float32Array.from(expected, (x) => Math.log1p(x / mean))
  // A sum of 30 days says nothing about its last week.
  const week = Float32Array.from(expected, (x) => Math.log1p((x / mean) * (7 / 30)))
  return { popularity7: week, popularity30: month, popularityAll: month }
}

/**
 * Posterior mean of each count. The prior is any distribution on a grid from 0, fitted by maximum likelihood.
 * @see Kiefer and Wolfowitz (1956); Koenker and Mizera, doi 10.1080/01621459.2013.869224
 */
function expectedCounts(counts: Float64Array, noise: number): Float64Array {
  const most = counts.reduce((a, b) => Math.max(a, b), noise)
  const grid = [0]
  for (let x = noise / 32; x < most * GRID_RATIO; x *= GRID_RATIO) grid.push(x)
  const G = grid.length
  const likelihood = new Float64Array(counts.length * G)
  counts.forEach((count, i) => {
    const nearest = Math.min(...grid.map((x) => (count - x) ** 2))
    for (let g = 0; g < G; g++)
      likelihood[i * G + g] = Math.exp((nearest - (count - grid[g]) ** 2) / (2 * noise ** 2))
  })
  let prior = new Float64Array(G).fill(1 / G)
  /** Calls `visit` with each count's probabilities of the grid's values. */
  const eachPosterior = (visit: (i: number, posterior: Float64Array) => void) => {
    const posterior = new Float64Array(G)
    for (let i = 0; i < counts.length; i++) {
      let sum = 0
      for (let g = 0; g < G; g++) sum += likelihood[i * G + g] * prior[g]
      for (let g = 0; g < G; g++) posterior[g] = (likelihood[i * G + g] * prior[g]) / sum
      visit(i, posterior)
    }
  }
  for (let step = 0; step < EM_STEPS; step++) {
    const next = new Float64Array(G)
    eachPosterior((_, posterior) => {
      for (let g = 0; g < G; g++) next[g] += posterior[g] / counts.length
    })
    prior = next
  }
  const expected = new Float64Array(counts.length)
  eachPosterior((i, posterior) => {
    for (let g = 0; g < G; g++) expected[i] += posterior[g] * grid[g]
  })
  return expected
}
