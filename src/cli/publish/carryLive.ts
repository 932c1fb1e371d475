/** @module Applies the changes of `live.json` to a new catalog, unless that catalog has newer values. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256Hex, utf8 } from '@nearside/core/bytes.ts'
import { Catalog } from '@nearside/core/catalog/catalog.ts'
import { isInOther, valuesOf } from '@nearside/core/catalog/changesOf.ts'
import type { Item } from '@nearside/core/catalog/item.ts'
import type { LiveChanges } from '@nearside/core/catalog/live.ts'
import { isStale, type SyncedFile } from '../sync/liveJson.ts'
import { type Finding, findingsAbout, foreignFinding, listed, staleFinding } from './finding.ts'
import { readTailRows } from './publishTail.ts'

/**
 * Selects the changes that stay; null if `live.json` belongs to another catalog than the published one. Call it before
 * the new catalog replaces the published one in `out`.
 * @param catalog content of the new catalog
 * @param now current time, milliseconds since the epoch
 */
export async function carryLive(
  live: SyncedFile,
  out: string,
  catalog: unknown,
  now: number,
): Promise<{ readonly changes: LiveChanges | null; readonly findings: readonly Finding[] }> {
  const text = await readFile(join(out, 'catalog.json'), 'utf8').catch(() => '')
  if ((await sha256Hex(utf8(text))) !== live.catalog)
    return { changes: null, findings: [foreignFinding] }
  const isFresh = !isStale(live, now)
  // Without a time, `parse` applies no sales, so usual prices and sale prices are compared separately.
  const published = [JSON.parse(text), await readTailRows(out)].flat()
  const [before, next] = [published, catalog].map((one) => Catalog.parse(one).items)
  const isMoved = changesCurrency(before, next)
  const changes = isMoved ? NOTHING : select(live, before, next, isFresh)
  const findings = isFresh ? [] : [staleFinding(live)]
  const stays = new Set(idsOf(changes))
  const dropped = idsOf(live).filter((id) => !stays.has(id))
  if (stays.size + dropped.length === 0) return { changes, findings }
  const why = isMoved
    ? 'the new catalog is in another currency'
    : isFresh
      ? 'the new catalog differs for these products'
      : 'live.json is stale'
  const said = `${stays.size} changes of live.json stay.`
  const lost = ` ${dropped.length} are dropped, because ${why}: ${listed(dropped)}.`
  const { ok } = findingsAbout('live')
  return { changes, findings: [ok(dropped.length > 0 ? said + lost : said), ...findings] }
}

const NOTHING: LiveChanges = { changed: [], gone: [], added: [] }

const idsOf = ({ changed, gone, added }: LiveChanges) => [
  ...[...changed, ...added].map(({ id }) => id),
  ...gone,
]

const currenciesOf = (items: readonly Item[]) =>
  new Set(items.flatMap(({ currency }) => currency ?? []))

function changesCurrency(before: readonly Item[], next: readonly Item[]): boolean {
  const [was, is] = [currenciesOf(before), currenciesOf(next)]
  return was.size > 0 && is.size > 0 && ![...is].some((currency) => was.has(currency))
}

/**
 * Keeps the changes of products whose values are equal in both catalogs, because the new catalog lacks these changes. Of
 * a stale `live.json` only deletions stay, because its prices and stock may be older than the new catalog's. (A list
 * that links to a missing page is worse than one that lacks a product until the next `sync`.)
 */
function select(
  live: LiveChanges,
  before: readonly Item[],
  next: readonly Item[],
  isFresh: boolean,
): LiveChanges {
  const currencies = currenciesOf(next)
  const [old, now] = [before, next].map((all) => new Map(all.map((item) => [item.id, item])))
  const isSame = (id: string) => {
    const [was, is] = [old.get(id), now.get(id)]
    if (!was || !is || isInOther(was, is)) return false
    return JSON.stringify(valuesOf(was)) === JSON.stringify(valuesOf(is))
  }
  const isShopCurrency = (currency?: string) =>
    !currency || !currencies.size || currencies.has(currency)
  return {
    changed: live.changed.filter(({ id }) => isFresh && isSame(id)),
    gone: live.gone.filter(isSame),
    added: live.added.filter(
      (item) => isFresh && !now.has(item.id) && isShopCurrency(item.currency),
    ),
  }
}
