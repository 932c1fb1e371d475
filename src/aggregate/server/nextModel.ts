/**
 * @module Computes the next model from a round's mean update: a new `shared.safetensors` and, from item counts, a new
 * `popularity.safetensors`. All other files of the model stay unchanged.
 */
import { dirname, join } from 'node:path'
import { NearsideError } from '@nearside/core/error.ts'
import type { ItemStatistics } from '@nearside/core/features/itemStatistics.ts'
import { applySharedDelta } from '@nearside/core/learning/sharedUpdate.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import { readBaseModel, releaseShared } from '@nearside/core/model/files.ts'
import { type PublishedModel, readFiles, readVersion } from '@nearside/train/models/read.ts'
import { norm } from '../privacy/clip.ts'
import type { Policy, PolicyParameters } from '../protocol/policy.ts'
import { countsFor, splitMean } from '../protocol/updateParts.ts'
import type { ApplyUpdate, Candidate } from './rounds.ts'

/** Numbers of parameters in an update: the feature weights w and, with `countShare`, item counts. */
export function layoutOf(
  { manifest: { features, items } }: PublishedModel,
  { countShare }: Pick<PolicyParameters, 'countShare'> = {},
): Policy['parameters'] {
  const featureWeights = features.length
  if (countShare === undefined) return { featureWeights }
  return { featureWeights, itemCounts: countsFor(items, featureWeights) }
}

/**
 * @throws NearsideError `model-corrupt` if the parent's files are damaged; `model-incompatible` if the update's length
 * doesn't fit the model; `fit-diverged` if a new weight isn't finite
 */
export const applyUpdate: ApplyUpdate = async (parent, meanUpdate, terms, version) => {
  const { learningRate, momentum, countShare, noiseMultiplier } = terms
  const model = await readBaseModel(parent.manifest, await readFiles(parent))
  const { featureWeights: weights, itemCounts = 0 } = layoutOf(parent, terms)
  if (meanUpdate.length !== weights + itemCounts)
    throw new NearsideError('model-incompatible', 'the mean update does not fit the model')
  const { gradient, counts } = splitMean(meanUpdate, terms, weights)
  const last = momentum > 0 ? await lastStep(parent) : null
  const moved = applySharedDelta(model.featureWeights, Float32Array.from(gradient), learningRate)
  const featureWeights = moved.map((weight, f) => weight + momentum * (last?.[f] ?? 0))
  if (!featureWeights.every(Number.isFinite))
    throw new NearsideError('fit-diverged', 'The updated parameters are not finite')
  const noise = (Math.SQRT2 * noiseMultiplier) / Math.sqrt(countShare ?? 1)
  const popularity =
    countShare === undefined
      ? null
      : popularityOfCounts(counts, noise, parent.manifest.items, meanBesideTail(model))
  const metrics = {
    'federation.updateNorm': norm(gradient) * learningRate,
    ...(countShare !== undefined && { 'federation.countSignal': signalOf(counts, noise) }),
  }
  const statistics = { ...model.statistics, ...popularity }
  const next = { ...model, featureWeights, statistics }
  return releaseShared(next, version, metrics, popularity !== null)
}

/**
 * Change of the feature weights w in the round that made this version; null if no round made it.
 * @throws NearsideError `model-unreachable` if the version before is missing
 */
async function lastStep({ manifest, directory }: PublishedModel): Promise<number[] | null> {
  if (manifest.parent === null) return null
  const before = await readVersion(join(dirname(directory), manifest.parent))
  return manifest.features.map(({ weight }, f) => weight - before.manifest.features[f].weight)
}

/**
 * L2 distance between the feature weights w of the candidate and of `trained`. The weights are read from the manifests,
 * so other differences between the models don't matter.
 */
export async function distanceOf(
  trained: PublishedModel,
  { manifest }: Candidate,
): Promise<number> {
  return norm(
    manifest.features.map(({ weight }, f) => weight - trained.manifest.features[f].weight),
  )
}

/**
 * Mean number of shoppers per item. If the model has a tail (less popular items in files of their own), a round's
 * counts are scaled to this mean, so that they stay comparable to the tail's popularity, which rounds don't change.
 */
const meanBesideTail = ({ manifest, statistics: { popularity30, items } }: BaseModel) =>
  manifest.tail && popularity30.reduce((sum, x) => sum + Math.expm1(x), 0) / items

/** Reads a model that is only partly on disk; its new files are in memory. */
export async function readCandidate(
  { directory }: PublishedModel,
  { manifest, files }: Candidate,
): Promise<BaseModel> {
  return readBaseModel(manifest, await readFiles({ manifest, directory }, files))
}

type Popularity = Pick<ItemStatistics, 'popularity7' | 'popularity30' | 'popularityAll'>

/**
 * Minimum signal for which counts are published: share of the variance between items' counts that isn't noise. In
 * measurements, counts with a signal of 0.01 did harm, and counts with a signal of 0.08 helped.
 */
const LEAST_SIGNAL = 0.05
/**
 * Minimum signal, in standard errors of the variance of pure noise. In small catalogs, this limit is stricter than
 * `LEAST_SIGNAL`.
 */
const CERTAINTY = 2
const EM_STEPS = 60
/** Ratio of neighbouring values on the geometric grid that the prior of the true counts uses. */
const GRID_RATIO = 1.25

/** Share (0 … 1) of the counts' variance that noise of this standard deviation doesn't explain. */
export function signalOf(counts: Float64Array, noise: number): number {
  const mean = counts.reduce((sum, x) => sum + x, 0) / counts.length
  const variance = counts.reduce((sum, x) => sum + (x - mean) ** 2, 0) / counts.length
  return variance > 0 ? Math.max(0, 1 - noise ** 2 / variance) : 0
}

/**
 * Popularity relative to the mean item; null if nearly all of the variance is noise, since such counts do harm.
 * @param counts with noise
 * @param noise standard deviation of the noise on each count
 * @param meanItem popularity of the mean item
 * @param items number of items; items that share a count (`countsFor`) get equal parts of it
 */
export function popularityOfCounts(
  counts: Float64Array,
  noise: number,
  items = counts.length,
  meanItem = 1,
): Popularity | null {
  const byChance = CERTAINTY * Math.sqrt(2 / counts.length)
  if (signalOf(counts, noise) < Math.max(LEAST_SIGNAL, byChance)) return null
  const whole = noise > 0 ? expectedCounts(counts, noise) : counts.map((x) => Math.max(0, x))
  const expected = Float64Array.from({ length: items }, (_, row) => {
    const count = row % counts.length
    return whole[count] / Math.ceil((items - count) / counts.length)
  })
  const mean = expected.reduce((sum, x) => sum + x, 0) / expected.length
  const month = Float32Array.from(expected, (x) => Math.log1p((meanItem * x) / mean))
  // A sum over 30 days says nothing about the last week, so the week gets 7/30 of it.
  const week = Float32Array.from(expected, (x) => Math.log1p(((meanItem * x) / mean) * (7 / 30)))
  return { popularity7: week, popularity30: month, popularityAll: month }
}

/**
 * Posterior mean of each count. The prior may be any distribution on a grid from 0, and is fitted by maximum
 * likelihood.
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
  /** For each count, calls `visit` with the posterior probability of each value of the grid. */
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
