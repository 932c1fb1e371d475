/**
 * @module Measures an import: `tsx research/bench/import.ts EVENTS [FILE]` makes a click log with that many events and
 * imports it, or imports an existing FILE. The command prints time, processor time and memory of the import.
 */
import { createWriteStream, existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createRandom } from '@nearside/core/model/random.ts'
import { importShop } from '@nearside/train/import/importShop.ts'

const EVENTS = ['add_to_cart', 'purchase', ...Array.from({ length: 6 }, () => 'view_item')]
const ITEMS = 20_000
const MILLISECONDS = 1500

/** Lines of a CSV log: shoppers with twenty events each, a few popular items, and some titles that need quotes. */
function* log(events: number): Generator<string> {
  const random = createRandom(1)
  yield 'visitor id,session id,event,sku,event time,price,item name,quantity\n'
  let time = Date.UTC(2024, 0, 1)
  for (let done = 0; done < events; ) {
    let text = ''
    for (const end = Math.min(events, done + 10_000); done < end; done++) {
      time += random.integer(2 * MILLISECONDS)
      const shopper = random.integer(events / 20)
      const item = Math.floor(random.next() * random.next() * ITEMS)
      const at = new Date(time).toISOString().slice(0, 19).replace('T', ' ')
      const title = item % 7 ? `Product number ${item}` : `"Product, ""number"" ${item}"`
      const price = ((item % 5000) / 100 + 1).toFixed(2)
      text += `visitor-${shopper}@mail.example,s${shopper}-${Math.floor(time / 1_800_000)},${EVENTS[random.integer(8)]},SKU-${item},${at},${price},${title},1\n`
    }
    yield text
  }
}

const [count = '1000000', given] = process.argv.slice(2)
const folder = await mkdtemp(join(tmpdir(), 'nearside-bench-'))
try {
  const orders = given ?? join(folder, 'log.csv')
  if (!existsSync(orders))
    await pipeline(Readable.from(log(Number(count))), createWriteStream(orders))
  const [began, before] = [performance.now(), process.cpuUsage()]
  const { report } = await importShop({ orders, out: join(folder, 'shop'), now: Date.now() })
  const { user, system } = process.cpuUsage(before)
  console.log({
    events: report.shop.events,
    seconds: Math.round((performance.now() - began) / 1000),
    processorSeconds: Math.round((user + system) / 1e6),
    mostMemoryMB: Math.round(process.resourceUsage().maxRSS / 1024),
  })
} finally {
  await rm(folder, { recursive: true })
}
