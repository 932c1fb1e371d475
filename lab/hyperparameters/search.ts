/**
 * @module Where a search looks: a grid, or step by step where a Gaussian process expects the most.
 * Both begin with what is in use, so that a search that finds nothing says so.
 */
import { type Random, shuffled } from '../../src/core/model/random.ts'
import { expectedImprovement, fitGaussianProcess } from './gaussianProcess.ts'
import { type Dimension, gridPoints, type Point, pointAt, unitOf } from './space.ts'

export const SEARCH_METHODS = ['grid', 'bayes'] as const

export type SearchMethod = (typeof SEARCH_METHODS)[number]

export interface Tried {
  readonly point: Point
  readonly value: number
}

const CANDIDATES = 1000
/** Looks around the best so far, beside those all over the cube. */
const NEIGHBOURS = 200
const NEAR = 0.08

/** Looks at `trials` points, the given start first; larger values are better. */
export async function search(
  method: SearchMethod,
  space: readonly Dimension[],
  start: Point,
  trials: number,
  random: Random,
  valueAt: (point: Point) => Promise<number>,
): Promise<Tried[]> {
  const tried: Tried[] = []
  const units: number[][] = []
  const look = async (unit: number[], point: Point) => {
    units.push(unit)
    tried.push({ point, value: await valueAt(point) })
  }
  await look(unitOf(space, start), start)
  if (method === 'grid') {
    for (const unit of gridPoints(space, trials - 1)) await look(unit, pointAt(space, unit))
    return tried
  }
  const first = Math.min(trials - 1, 2 * space.length)
  for (const unit of latinSquare(space.length, first, random))
    await look(unit, pointAt(space, unit))
  while (tried.length < trials) {
    const unit = mostPromising(
      units,
      tried.map(({ value }) => value),
      random,
    )
    await look(unit, pointAt(space, unit))
  }
  return tried
}

/** Each dimension's range is met evenly. */
function latinSquare(dimensions: number, count: number, random: Random): number[][] {
  const columns = Array.from({ length: dimensions }, () =>
    shuffled(count, random).map((cell) => (cell + random.next()) / count),
  )
  return Array.from({ length: count }, (_, k) => columns.map((column) => column[k]))
}

function mostPromising(
  units: readonly (readonly number[])[],
  values: readonly number[],
  random: Random,
): number[] {
  const process = fitGaussianProcess(units, values)
  const dimensions = units[0].length
  // What was seen is noisy: the best is what the process believes in, not the luckiest look.
  const believed = units.map((unit) => process.predict(unit).mean)
  const at = believed.indexOf(Math.max(...believed))
  let best: number[] = []
  let most = Number.NEGATIVE_INFINITY
  for (let c = 0; c < CANDIDATES + NEIGHBOURS; c++) {
    const unit = Array.from({ length: dimensions }, (_, d) =>
      c < CANDIDATES
        ? random.next()
        : Math.min(1, Math.max(0, units[at][d] + NEAR * random.normal())),
    )
    const promise = expectedImprovement(process.predict(unit), believed[at])
    if (promise > most) {
      most = promise
      best = unit
    }
  }
  return best
}
