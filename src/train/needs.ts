/**
 * @module Estimates the time and memory of a training, and the download size of its model. The estimate is based on
 * trainings with five logs of 70,000 to 300,000 events and 3,700 to 12,000 items (docs/results). For longer logs, only
 * parts of the training were measured (docs/results/scale.md).
 */
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { FEATURE_COUNT } from '@nearside/core/features/features.ts'
import { DIMENSION } from '@nearside/core/model/baseModel.ts'
import { sizeOf } from './prior/learnPrior.ts'
import { ROWS } from './ranker/chooseRows.ts'
import { DEFAULT_RANKER } from './ranker/trainRanker.ts'
import type { Shop } from './shop/shop.ts'

/** Milliseconds of one core per event, for the measured log that trains fastest and for the slowest. */
const EACH_EVENT = [1, 4.5] as const
/** Base memory, bytes. The largest of three tables comes on top: events, ranker's rows or prior's cases. */
const MEMORY = 300e6
/** Memory per event of the most demanding log, bytes. */
const MEMORY_EACH = 7000
/** Number of events beyond which cases are sampled; a further event costs only the memory of its columns. */
const SAMPLED_FROM = 400_000
const COLUMNS_EACH = 350
/** Compressed bytes per item of a model, without picture vectors, which hardly compress. */
const ITEM = 200

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(bytes < 1e6 ? 2 : 1)} MB`

/** @param budget largest allowed download of a model, bytes */
export function describeNeeds({ items, shoppers }: Shop, budget: number): string {
  const events = shoppers.reduce((sum, { interactions }) => sum + interactions.length, 0)
  const [least, most] = EACH_EVENT.map((each) => Math.max(1, Math.round((events * each) / 60_000)))
  const pictures = items.filter(({ pictureVector }) => pictureVector).length
  const model = items.length * ITEM + pictures * DIMENSION
  const sampled = Math.min(events, SAMPLED_FROM)
  const { cases, bytesEach } = sizeOf(items.length)
  const held = sampled * MEMORY_EACH + (events - sampled) * COLUMNS_EACH
  const table = Math.min(events, DEFAULT_RANKER.maxCases) * ROWS * FEATURE_COUNT * 4
  const memory = MEMORY + Math.max(held, table, Math.min(events, cases) * bytesEach)
  const text = [
    `${events} events of ${shoppers.length} shoppers, ${items.length} items:`,
    `training takes ${most === 1 ? 'a minute' : `${least} to ${most} minutes`} or so of one core`,
    `and up to ${(memory / 1e9).toFixed(1)} GB of memory,`,
    `and devices download about ${megabytes(model)}.`,
  ].join(' ')
  return model > budget ? `${text} ${beyond(budget)}` : text
}

/** Describes by how much a model exceeds the budget; null if the model is within the budget. */
export async function describeExcess(
  files: readonly Uint8Array[],
  budget: number,
): Promise<string | null> {
  const packed = await Promise.all(
    files.map(async (bytes) => (await promisify(gzip)(bytes)).length),
  )
  const bytes = packed.reduce((sum, length) => sum + length, 0)
  return bytes > budget ? `devices download ${megabytes(bytes)}. ${beyond(budget)}` : null
}

const beyond = (budget: number) =>
  `That is beyond the budget of ${megabytes(budget)}: leave products that nobody buys out of the catalog, or raise --budget.`
