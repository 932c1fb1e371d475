/**
 * @module Chooses the rows of a training case: its targets, the shopper's own items, their strongest neighbours,
 * popular items, and a uniform sample of the rest. The number of rows doesn't grow with the catalog.
 */
import type { Signals } from '@nearside/core/features/computeFeatures.ts'
import type { Case } from '@nearside/core/features/history.ts'
import { peersOf } from '@nearside/core/features/intent.ts'
import { type ItemStatistics, withColdStart } from '@nearside/core/features/itemStatistics.ts'
import { firstIndex } from '@nearside/core/firstIndex.ts'
import { highestRows } from '@nearside/core/model/highest.ts'
import { type Random, someOf } from '@nearside/core/model/random.ts'
import { onceFor } from '@nearside/core/onceFor.ts'

/** Maximum number of rows of a case. At most a quarter are targets; at least a quarter are sampled items. */
export const ROWS = 320
const CERTAIN_NEIGHBOURS = 50
/** Maximum number of rows for products of the same category and brand as the history's last products. */
const CERTAIN_PEERS = 30
/** Maximum number of rows for popular items of the last 30 days. */
const CERTAIN_POPULAR = 40

/**
 * @returns distinct `items`, first the targets (`targets` is their number), and sampled ones from index `certain` on.
 *   `correction` is the logarithm of the number of items that a sampled item stands for
 */
export function chooseRows(
  one: Pick<Case, 'history' | 'targets'>,
  statistics: ItemStatistics,
  signals: Signals,
  random: Random,
) {
  const taken = new Set(one.targets)
  const { targets: all } = one
  const rows = all.length > ROWS >> 2 ? someOf(all, ROWS >> 2, random) : [...all]
  const targets = rows.length
  const add = (item: number) => {
    if (taken.has(item)) return
    taken.add(item)
    rows.push(item)
  }
  const limit = (ROWS * 3) >> 2
  const own = one.history
  const ownLimit = limit - CERTAIN_NEIGHBOURS - CERTAIN_PEERS - CERTAIN_POPULAR
  for (let k = own.length - 1; k >= 0 && rows.length < ownLimit; k--) add(own[k].item)
  for (const item of [
    ...neighbours(signals),
    ...peers(statistics, signals),
    ...popular(statistics),
  ])
    if (rows.length < limit) add(item)
  const certain = rows.length
  const rest = statistics.items - taken.size
  const sampled = drawOthers(taken, statistics.items, ROWS - certain, random)
  return {
    items: [...rows, ...sampled],
    targets,
    certain,
    correction: sampled.length > 0 ? Math.log(rest / sampled.length) : 0,
  }
}

/** Items that co-occur most with the recent history. */
function neighbours({ interest }: Signals): number[] {
  if (!interest) return []
  const values = new Map(
    interest.tied.map((item) => [item, Math.fround(Math.log1p(interest.sum[item]))]),
  )
  return strongest(values, CERTAIN_NEIGHBOURS)
}

/** Items whose category and brand many of the history's last products have. */
function peers({ peerGroup }: ItemStatistics, { intent }: Signals): number[] {
  const values = new Map<number, number>()
  for (const group of intent?.groups ?? [])
    for (const item of peersOf(peerGroup)[group].slice(0, CERTAIN_PEERS))
      values.set(item, intent?.recent[group] ?? 0)
  return strongest(values, CERTAIN_PEERS)
}

const popular = onceFor((statistics: ItemStatistics): number[] => {
  const { popularity30 } = withColdStart(statistics)
  return highestRows(popularity30, CERTAIN_POPULAR).filter((item) => popularity30[item] > 0)
})

/** Items with the largest positive values; of equal values, the lower row comes first. */
function strongest(values: ReadonlyMap<number, number>, count: number): number[] {
  return [...values]
    .filter(([, value]) => value > 0)
    .sort(([a, x], [b, y]) => y - x || a - b)
    .slice(0, count)
    .map(([item]) => item)
}

/** Draws rows outside `taken`, as `someOf` would draw from a list of them. */
function drawOthers(
  taken: ReadonlySet<number>,
  items: number,
  count: number,
  random: Random,
): number[] {
  const before = Int32Array.from(taken).sort()
  const places = items - before.length
  const rowAt = (place: number) =>
    place + firstIndex(before.length, (at) => before[at] - at > place)
  if (count >= places) return Array.from({ length: places }, (_, place) => rowAt(place))
  const moved = new Map<number, number>()
  const at = (place: number) => moved.get(place) ?? rowAt(place)
  const drawn: number[] = []
  for (let place = 0; place < count; place++) {
    const other = place + random.integer(places - place)
    drawn.push(at(other))
    moved.set(other, at(place))
  }
  return drawn
}
