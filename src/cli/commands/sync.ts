/** @module `nearside sync`: keeps prices, stock and products of a published folder equal to the shop's feed. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Command } from '@commander-js/extra-typings'
import { LIVE_MINUTES } from '@nearside/core/catalog/parseLive.ts'
import { defineCommand } from '../command.ts'
import { listed } from '../publish/finding.ts'
import { readPageOptions } from '../publish/pageOptions.ts'
import { DRY_RUN, fromOption, PUBLISHED, TIME_ZONE, TIMEOUT, WATCH } from '../shared.ts'
import { LIVE_JSON, readLiveJson } from '../sync/liveJson.ts'
import { type Synced, syncSite } from '../sync/syncSite.ts'
import { httpUrl, wholeNumber } from '../values.ts'
import { waitUntil, watchFeed } from '../watch.ts'
import { COLUMN_NAMES } from './import.ts'

const syntax = new Command('sync')
  .summary('write live.json: prices, stock, gone and new products from the shop’s feed')
  .description(`Compares the shop's product feed with the catalog.json in OUT, and writes the differences to live.json
beside it. Pages whose option catalog is { url, live } read it every few minutes; the next nearside publish
writes that into page.html. FEED is an address of any format that nearside import reads as a catalog, such as
a Google Merchant Center feed in XML or TSV, JSON or CSV. With --from, it is the address that nearside import
takes as --catalog, and NEARSIDE_SHOP_TOKEN has the key (for vendure and medusa, none).

A feed that hasn't changed isn't read again (ETag, Last-Modified). The last good live.json stays, and the exit
code is 1, in each of these cases:
- The feed doesn't answer, or its answer is cut off.
- The feed is older than the last one.
- More than a third of the products are gone or sold out, or more than a third are new.
- More than a tenth of the prices are missing, 0, in another currency or changed fivefold.

If fewer prices are missing, 0 or in another currency, the last prices of these products stay, and the output
names the products. If the shop really changed that much, run nearside publish with the new catalog.

The usual price, which cards strike through, is a feed's regularPrice, Shopify's compare-at price, or the price
beside a sale_price without dates. A feed without these columns leaves the usual prices of the catalog.
Give the same --time-zone as to nearside import: it decides when a sale begins and ends whose days name no zone.

With --watch, the command runs until it is stopped. It waits longer after each failure, up to an hour.`)
  .argument('<feed>', 'address of the product feed', httpUrl)
  .requiredOption(...PUBLISHED)
  .option(
    '--every <minutes>',
    'minutes between two requests, of a device and of --watch',
    wholeNumber(1, 1440),
    LIVE_MINUTES,
  )
  .addOption(fromOption())
  .option(...COLUMN_NAMES)
  .option(...TIME_ZONE)
  .option(...TIMEOUT, 60)
  .option(...WATCH)
  .option(...DRY_RUN)

export const command = defineCommand(syntax, async (options, { print, signal }, feed) => {
  const { out, from, columns, every: minutes, timeZone, timeout, dryRun, watch } = options
  const api = { fetch, timeout: timeout * 1000, signal, now: Date.now }
  let printed = ''
  const round = async () => {
    const synced = await syncSite({ ...api, feed, from, out, columns, minutes, timeZone, dryRun })
    if (synced.isNew || !watch) print(describe(synced, out, dryRun))
    const kept = describeKept(synced.kept)
    if (kept && kept !== printed) print(kept)
    printed = kept
    return synced
  }
  if (!watch) {
    const isFirst = (await readLiveJson(out)) === null
    const { file, kept } = await round()
    const page = await readFile(join(out, 'page.html'), 'utf8').catch(() => '')
    if (isFirst && !readPageOptions(page)?.live)
      print(`no page reads it yet: run nearside publish again, or set catalog: { url, live }`)
    const { changed, gone, added, time } = file
    return { changed: changed.length, gone: gone.length, added: added.length, kept, time }
  }
  await watchFeed({
    interval: minutes * 60_000,
    wait: waitUntil(signal),
    round: async () => void (await round()),
    onFailure: (error) =>
      print(`${new Date().toISOString()} ${error instanceof Error ? error.message : error}`),
    signal,
  })
  return null
})

function describe({ file, isNew }: Synced, out: string, dryRun = false): string {
  const { changed, gone, added, time } = file
  const counts = `${changed.length} products changed, ${gone.length} gone, ${added.length} new`
  const what = !isNew ? 'unchanged' : dryRun ? 'not written (--dry-run)' : 'written'
  return `${time} ${join(out, LIVE_JSON)} ${what}: ${counts}`
}

function describeKept(kept: readonly string[]): string {
  return kept.length === 0
    ? ''
    : `the last price of ${kept.length} products stays, because the feed's is missing, 0 or in another currency: ${listed(kept)}. If that is true, publish the new catalog`
}
