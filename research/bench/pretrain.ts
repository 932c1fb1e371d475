/**
 * @module `tsx research/bench/pretrain.ts EVENTS ITEMS [EPOCHS]` measures the time and memory of training. The script
 * writes a shop of this size (popularity by Zipf's law, preferences, sessions, repeat purchases) and trains on it. The
 * script prints processor seconds and peak memory for each phase of the training.
 */
import { createWriteStream } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createRandom } from '@nearside/core/model/random.ts'
import { DAY } from '@nearside/core/time.ts'
import { pretrain } from '@nearside/train/pretrain.ts'
import { readShop } from '@nearside/train/shop/read.ts'

const CATEGORIES = 200
const EVENTS_EACH = 20
const WORDS = 3000
const YEAR = 365 * DAY

const random = createRandom(1)
const [events, items] = process.argv.slice(2, 4).map(Number)
const epochs = process.argv[4] === undefined ? {} : { epochs: Number(process.argv[4]) }

function* catalog(words: readonly string[]): Generator<string> {
  for (let item = 0; item < items; item++) {
    const title = [0, 1, 2].map(() => words[Math.floor(random.next() ** 2 * WORDS)]).join(' ')
    const price = Math.round(100 * Math.exp(2 + random.normal())) / 100
    yield `${JSON.stringify({ id: `i${item}`, title, price, category: `c${item % CATEGORIES}` })}\n`
  }
}

/** Draws an item: one bought before, or one by Zipf's law, mostly from the shopper's three categories. */
function itemOf(tastes: readonly number[], bought: readonly number[]): number {
  if (bought.length > 0 && random.next() < 0.3) return bought[random.integer(bought.length)]
  const item = Math.floor(items ** random.next()) - 1
  if (random.next() < 0.2) return item
  const taste = tastes[random.integer(tastes.length)]
  return Math.min(items - 1, item - (item % CATEGORIES) + taste)
}

function* log(): Generator<string> {
  yield 'shopper\tevent\titem\ttime\tsession\n'
  for (let done = 0, shopper = 0, session = 0; done < events; shopper++) {
    const tastes = [0, 1, 2].map(() => random.integer(CATEGORIES))
    const bought: number[] = []
    let time = Date.UTC(2024, 0, 1) + random.next() * 0.8 * YEAR
    let text = ''
    const own = Math.min(events - done, 1 + Math.floor(-EVENTS_EACH * Math.log(1 - random.next())))
    for (let k = 0; k < own; session++, time += -0.05 * YEAR * Math.log(1 - random.next())) {
      if (time > Date.UTC(2025, 0, 1)) time -= 0.9 * YEAR * random.next()
      for (let visit = 1 + random.integer(6); visit > 0 && k < own; visit--, k++) {
        const item = itemOf(tastes, bought)
        const kind = random.next()
        const name = kind < 0.2 ? 'purchase' : kind < 0.3 ? 'add_to_cart' : 'view_item'
        if (name === 'purchase') bought.push(item)
        time += 1000 * (5 + random.integer(90))
        const at = new Date(time).toISOString().slice(0, 19)
        text += `s${shopper}\t${name}\ti${item}\t${at}Z\t${session}\n`
      }
    }
    done += own
    yield text
  }
}

const folder = await mkdtemp(join(tmpdir(), 'nearside-bench-'))
try {
  const words = new URL('../../data/word-vectors/words.txt', import.meta.url)
  const known = (await readFile(words, 'utf8')).split('\n')
  await writeFile(join(folder, 'catalog.jsonl'), [...catalog(known)].join(''))
  await pipeline(Readable.from(log()), createWriteStream(join(folder, 'events.tsv')))
  const began = process.cpuUsage()
  const phases: { phase: string; processorSeconds: number; mostMemoryMB: number }[] = []
  let [phase, before] = ['', began]
  const begin = (next: string) => {
    if (next === phase) return
    const now = process.cpuUsage()
    const used = Math.round((now.user + now.system - before.user - before.system) / 1e6)
    const mostMemoryMB = Math.round(process.resourceUsage().maxRSS / 1024)
    if (phase !== '') {
      phases.push({ phase, processorSeconds: used, mostMemoryMB })
      console.log(JSON.stringify(phases.at(-1)))
    }
    ;[phase, before] = [next, now]
  }
  begin('reading')
  const shop = await readShop(folder)
  begin('starting')
  await pretrain(shop, {
    seed: 1,
    holdout: { fraction: 0.2 },
    until: null,
    now: shop.to,
    encoder: epochs,
    onProgress: begin,
  })
  begin('done')
  const { user, system } = process.cpuUsage(began)
  console.log({ events, items, processorSeconds: Math.round((user + system) / 1e6) })
} finally {
  await rm(folder, { recursive: true })
}
