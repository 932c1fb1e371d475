/** @module Counts an import's items and events, and takes three sample rows. */
import type { Item } from '@nearside/core/catalog/item.ts'
import type { SqlEngine } from './engine.ts'

/** Columns of the view `shop_counts`. */
interface LogCounts {
  readonly shoppers: number
  readonly sessions: number
  readonly events: number
  readonly from: string
  readonly to: string
  readonly dayOnly: boolean
}

export interface ShopCounts extends LogCounts {
  readonly items: number
  readonly titled: number
  readonly priced: number
  readonly available: number
  /** Number of items with a `groupId`. */
  readonly variants: number
  /** Number of items by category name, largest first. */
  readonly categories: Readonly<Record<string, number>>
  /** Number of log lines by event name. */
  readonly byEvent: Readonly<Record<string, number>>
}

/** Numbers of the log's items and lines that the catalog covers. */
export interface Match {
  readonly logItems: number
  /** Number of the log's items that the catalog has. */
  readonly items: number
  /** Number of log lines that are searches or name an item of the catalog. */
  readonly lines: number
  /** Up to three of the log's items that the catalog lacks. */
  readonly unknown: readonly string[]
  /** First three ids of the catalog, for comparison. */
  readonly catalogIds: readonly string[]
}

export interface Sample {
  readonly shopper: string
  readonly event: string
  readonly item: string
  readonly time: string
  readonly title: string | null
}

export async function summarise(engine: SqlEngine, items: readonly Item[], hasCatalog: boolean) {
  const counts = (await engine.row('FROM shop_counts')) as unknown as LogCounts
  const byEvent = await engine.rows(
    'SELECT event, count(*)::DOUBLE AS lines FROM event GROUP BY event ORDER BY lines DESC, event',
  )
  const match = hasCatalog ? ((await engine.row('FROM match')) as unknown as Match) : null
  const sample = (await engine.rows('FROM sample')) as unknown as Sample[]
  const shop: ShopCounts = {
    ...countItems(items),
    ...counts,
    byEvent: Object.fromEntries(byEvent.map(({ event, lines }) => [String(event), Number(lines)])),
  }
  return { shop, match, sample }
}

function countItems(items: readonly Item[]) {
  const categories = new Map<string, number>()
  for (const { category } of items)
    if (category) categories.set(category, (categories.get(category) ?? 0) + 1)
  return {
    items: items.length,
    titled: items.filter(({ title }) => title !== undefined).length,
    priced: items.filter(({ price }) => price !== undefined).length,
    available: items.filter(({ available }) => available !== false).length,
    variants: items.filter(({ groupId }) => groupId !== undefined).length,
    categories: Object.fromEntries([...categories].sort((a, b) => b[1] - a[1])),
  }
}
