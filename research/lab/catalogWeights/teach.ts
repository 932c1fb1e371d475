/**
 * @module Trains the weights of a base model without a log (`pretrain --catalog`) on the logs of several shops.
 *
 *     npx tsx research/lab/catalogWeights/teach.ts FILE SHOP UNTIL [SHOP UNTIL …]
 *
 * All shops have the same weight. A shop's cases are those before UNTIL of four fifths of its shoppers (seed 1). A
 * device knows the catalog, its own history and, as if rounds had published them, the numbers of other shoppers who
 * used each item in the 30 days before the case's week.
 */
import { writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { popularityOfCounts } from '@nearside/aggregate/server/nextModel.ts'
import { eventStrength } from '@nearside/core/events/strength.ts'
import type { ShopperHistory } from '@nearside/core/features/cases.ts'
import { FEATURES } from '@nearside/core/features/features.ts'
import type { ItemStatistics } from '@nearside/core/features/itemStatistics.ts'
import { createRandom } from '@nearside/core/model/random.ts'
import { DAY } from '@nearside/core/time.ts'
import { parseDate } from '@nearside/evaluate/load.ts'
import { catalogStatistics } from '@nearside/train/catalogBase/catalogBase.ts'
import { isHeldOut } from '@nearside/train/holdout.ts'
import { candidatesOfCatalog } from '@nearside/train/ranker/catalogCandidates.ts'
import {
  buildDataset,
  type RankerCase,
  type RankerDataset,
} from '@nearside/train/ranker/dataset.ts'
import { fitNewton } from '@nearside/train/ranker/newton.ts'
import { foldOf } from '@nearside/train/ranker/outOfFold.ts'
import { sampleCases } from '@nearside/train/ranker/sample.ts'
import { spreadOf } from '@nearside/train/ranker/select.ts'
import { DEFAULT_RANKER, focusTargets } from '@nearside/train/ranker/trainRanker.ts'
import { readShop } from '@nearside/train/shop/read.ts'

const HELD_OUT = { fraction: 0.2, seed: 1 }
const { l2, focus, candidates } = DEFAULT_RANKER

async function casesOf(folder: string, until: number) {
  const { items, shoppers, dayOnly } = await readShop(folder)
  const own = shoppers.filter(({ id }) => !isHeldOut(id, HELD_OUT.fraction, HELD_OUT.seed))
  const random = createRandom(1)
  const drawn = { from: Number.NEGATIVE_INFINITY, until, firstShare: 0, maxCases: EACH }
  const settings = { ...DEFAULT_RANKER, ...drawn }
  const { cases } = sampleCases({ shoppers: own, dayOnly }, settings, random)
  return { cases, statisticsOf: countedBy(own, catalogStatistics(items)), random }
}

const FOLDS = 5
const WEEK = 7 * DAY

/** Adds to a case's statistics the counts of shoppers in other folds, as a round before the case's week would. */
function countedBy(shoppers: readonly ShopperHistory[], catalog: ItemStatistics) {
  const known = new Map<string, ItemStatistics>()
  return ({ shopper, time }: RankerCase): ItemStatistics => {
    const [fold, end] = [foldOf(shopper, FOLDS), Math.floor(time / WEEK) * WEEK]
    const key = `${fold} ${end}`
    let counted = known.get(key)
    if (!counted) {
      const others = shoppers.filter(({ id }) => foldOf(id, FOLDS) !== fold)
      const counts = countsOf(others, catalog.items, end)
      counted = { ...catalog, ...popularityOfCounts(counts, 0) }
      known.set(key, counted)
    }
    return counted
  }
}

/** Sum of the shoppers' counts, as servers publish it, but without noise. Each shopper's counts have L2 norm 1. */
function countsOf(shoppers: readonly ShopperHistory[], items: number, end: number): Float64Array {
  const sum = new Float64Array(items)
  for (const { interactions } of shoppers) {
    const recent = interactions.filter(
      ({ time, name }) => time < end && time >= end - 30 * DAY && eventStrength(name) > 0,
    )
    const own = new Set(recent.map(({ item }) => item))
    for (const item of own) sum[item] += 1 / Math.sqrt(own.size)
  }
  return sum
}

/** Each shop contributes at most this many cases. The weights of a shop's cases sum to this number, too. */
const EACH = 1500

function joined(tables: readonly RankerDataset[]): RankerDataset {
  const start = [0]
  for (const table of tables) {
    const from = start[start.length - 1]
    for (const end of table.start.subarray(1)) start.push(from + end)
  }
  const floats = (of: (table: RankerDataset) => Float32Array) => {
    const all = new Float32Array(tables.reduce((sum, table) => sum + of(table).length, 0))
    let at = 0
    for (const table of tables) {
      all.set(of(table), at)
      at += of(table).length
    }
    return all
  }
  return {
    cases: tables.flatMap(({ cases }) =>
      cases.map((one) => ({ ...one, weight: EACH / cases.length })),
    ),
    start: Int32Array.from(start),
    item: Int32Array.from(tables.flatMap(({ item }) => [...item])),
    columns: tables[0].columns,
    features: floats(({ features }) => features),
    correction: floats(({ correction }) => correction),
    target: floats(({ target }) => target),
  }
}

const [file, ...pairs] = process.argv.slice(2)
const named = pairs.flatMap((folder, k) => (k % 2 === 0 ? [{ folder, until: pairs[k + 1] }] : []))
const shops = await Promise.all(
  named.map(({ folder, until }) => casesOf(folder, parseDate(until ?? ''))),
)
const table = joined(
  shops.map(({ cases, statisticsOf, random }) => buildDataset(cases, statisticsOf, random)),
)
const { scale, constant: frozen } = spreadOf(table)
const { weights: centre } = fitNewton(table, scale, { l2, frozen })
const highest = joined(
  shops.map(({ cases, statisticsOf }) =>
    candidatesOfCatalog(cases, statisticsOf, scale, centre, candidates),
  ),
)
const focused = focusTargets(highest, scale, centre, focus)
const { weights } = fitNewton(focused, scale, { l2, frozen, centre })
const six = (value: number) => Number(value.toPrecision(6))
const content = {
  taughtBy: named.map(({ folder, until }, k) => ({
    log: basename(folder),
    until,
    cases: shops[k].cases.length,
  })),
  command: 'npx tsx research/lab/catalogWeights/teach.ts FILE SHOP UNTIL [SHOP UNTIL …]',
  weights: Object.fromEntries(
    FEATURES.map(({ name }, f) => [
      name,
      { scale: six(scale[f]), weight: frozen.has(f) ? 0 : six(weights[f]) },
    ]),
  ),
}
await writeFile(file, `${JSON.stringify(content, null, 2)}\n`)
