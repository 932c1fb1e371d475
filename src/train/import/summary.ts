/** @module What came out of an import, in numbers and in three rows. */
import type { Item } from '../../core/catalog/item.ts'
import type { SqlEngine, SqlRow } from './engine.ts'

export interface ShopCounts {
  readonly items: number
  readonly titled: number
  readonly priced: number
  readonly available: number
  /** Name → items, largest first. */
  readonly categories: Readonly<Record<string, number>>
  readonly shoppers: number
  readonly sessions: number
  readonly events: number
  /** Event → lines. */
  readonly byEvent: Readonly<Record<string, number>>
  readonly from: string
  readonly to: string
  readonly dayOnly: boolean
}

/** How the items that a log names fit those of the catalog. */
export interface Match {
  readonly logItems: number
  /** Of them, those that the catalog lists. */
  readonly items: number
  /** Lines of the log that name one of these, searches among them. */
  readonly lines: number
  /** Some items that the catalog lacks, and some that it has. */
  readonly unknown: readonly string[]
  readonly catalogIds: readonly string[]
}

export interface Sample {
  readonly shopper: string
  readonly event: string
  readonly item: string
  readonly time: string
  readonly title: string | null
}

/** Reads `event` and `product`. */
export async function summarise(engine: SqlEngine, items: readonly Item[], hasCatalog: boolean) {
  const counts = await engine.row('FROM shop_counts')
  const byEvent = await engine.rows(
    'SELECT event, count(*)::DOUBLE AS lines FROM event GROUP BY event ORDER BY lines DESC, event',
  )
  const match = hasCatalog ? toMatch(await engine.row('FROM match')) : null
  const sample = (await engine.rows('FROM sample')) as unknown as Sample[]
  const shop: ShopCounts = {
    ...countItems(items),
    shoppers: Number(counts.shoppers),
    sessions: Number(counts.sessions),
    events: Number(counts.events),
    byEvent: Object.fromEntries(byEvent.map(({ event, lines }) => [String(event), Number(lines)])),
    from: String(counts.first),
    to: String(counts.last),
    dayOnly: counts.day_only === true,
  }
  return { shop, match, sample }
}

function toMatch(row: SqlRow): Match {
  return {
    logItems: Number(row.log_items),
    items: Number(row.items),
    lines: Number(row.lines),
    unknown: (row.unknown ?? []) as string[],
    catalogIds: (row.catalog_ids ?? []) as string[],
  }
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
    categories: Object.fromEntries([...categories].sort((a, b) => b[1] - a[1])),
  }
}
