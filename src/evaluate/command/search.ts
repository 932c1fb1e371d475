/**
 * @module `nearside evaluate --protocol search`: retrieval against human judgements, or the place
 * of what shoppers bought next in a search for it.
 */
import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { CommandContext } from '../../cli/command.ts'
import type { Item } from '../../core/catalog/item.ts'
import { NearsideError } from '../../core/error.ts'
import { createRandom } from '../../core/model/random.ts'
import { SHIPPED_ROOM } from '../../sdk/search/blend.ts'
import { readCatalogFile } from '../../train/import/catalogFile.ts'
import { findFile } from '../../train/shop/lines.ts'
import { readCatalog } from '../../train/shop/read.ts'
import { type SearchSummary, type SearchValues, summariseSearch } from '../searchSummary.ts'
import { countWorse } from '../shoppersWorse.ts'
import { load, type Question } from './load.ts'
import { BOUGHT_ARMS, BOUGHT_PAIRS, type Bought, searchBought } from './searchBought.ts'
import { JUDGED_ARMS, JUDGED_PAIRS, searchJudged } from './searchJudged.ts'
import { type Judgements, readJudgements } from './searchJudgements.ts'
import type { RoomQuality } from './searchRoom.ts'
import { formatRooms, formatSearch, formatTaught } from './searchTable.ts'
import { TAUGHT_PAIRS, taughtValues } from './searchTaught.ts'

export interface SearchQuestion extends Omit<Question, 'protocol' | 'model'> {
  readonly model: string | undefined
  readonly judgements: string | undefined
}

/** What `--json` holds. */
export interface SearchResult extends SearchSummary {
  readonly protocol: 'search'
  readonly shop: string
  /** Null where no model ranks. */
  readonly until: string | null
  readonly seed: number
  /** 0 with judgements: nobody in particular asks. */
  readonly shoppers: number
  /** Queries. */
  readonly cases: number
  /** With purchases: whether shoppers typed the queries or title words made them. */
  readonly source?: Bought['source']
  readonly shoppersWorse: { readonly significant: number; readonly share: number }
  /** With purchases: whether a query without a pick improves the list, see searchTaught.ts. */
  readonly taught?: SearchSummary & { readonly shoppers: number; readonly queries: number }
  /** By amount of room, the first without any: on the judged queries, or on training shoppers. */
  readonly rooms: readonly RoomQuality[]
  /** What was read and left out. */
  readonly judgements?: Omit<Judgements, 'queries'>
}

/** An interval over fewer queries than this says nothing. */
const LEAST_QUERIES = 10

export function evaluateSearch(
  question: SearchQuestion,
  context: CommandContext,
): Promise<SearchResult> {
  const { judgements, model, ...asked } = question
  if (judgements !== undefined && model !== undefined)
    throw new NearsideError(
      'input-invalid',
      '--judgements are about retrieval, without a shopper: leave --model out',
    )
  if (judgements !== undefined) return byJudgements(question.shop, judgements, question, context)
  if (model === undefined)
    throw new NearsideError(
      'input-invalid',
      "--protocol search needs --judgements FILE, or --model DIR (make one with 'nearside pretrain')",
    )
  return byPurchases({ ...asked, model, protocol: 'personal' }, context)
}

async function byJudgements(
  path: string,
  file: string,
  { seed = 1 }: SearchQuestion,
  context: CommandContext,
): Promise<SearchResult> {
  const items = await readItems(path)
  const known = new Set(items.map(({ id }) => id))
  const { queries, ...counts } = await readJudgements(file, (id) => known.has(id))
  if (queries.length < LEAST_QUERIES)
    throw new NearsideError(
      'input-invalid',
      `${basename(file)}: ${queries.length} queries have a relevant product of this catalogue; at least ${LEAST_QUERIES} are needed for an interval`,
    )
  const onProgress = stepper(context, 'trying settings')
  const { values, rooms, flat } = await searchJudged({ items, queries, seed, onProgress })
  const summary = summariseSearch(values, JUDGED_PAIRS, seed)
  context.progress.clear()
  const { print } = context
  const shop = basename(path)
  print(
    `${shop}: ${queries.length} judged queries over ${count(items.length)} products; 95 % intervals by bootstrap over queries; unjudged products count as not relevant`,
  )
  print('')
  for (const line of formatSearch(summary, JUDGED_ARMS, [
    'ndcg@10:judged',
    'judged@10',
    'ndcg@10:typo',
  ]))
    print(line)
  print('')
  print(
    `What room costs, means: taste has a say where a result is flat, and inside bands. As shipped (${SHIPPED_ROOM.flatness}, ${SHIPPED_ROOM.tolerance}) in ${flat} of ${queries.length} queries`,
  )
  print('')
  for (const line of formatRooms(rooms)) print(line)
  print('')
  print(
    `${count(counts.rows)} judgements; ${counts.unknownDocids} name no product of the catalogue, ${counts.repeated} repeat another`,
  )
  print(
    `Left out: ${counts.withoutRelevant} queries without a relevant product, ${counts.withoutJudgements} without any judged product`,
  )
  const shoppersWorse = { significant: 0, share: 0 }
  const head = { protocol: 'search', shop, until: null, seed, shoppers: 0 } as const
  return { ...head, cases: queries.length, ...summary, shoppersWorse, judgements: counts, rooms }
}

async function byPurchases(question: Question, context: CommandContext): Promise<SearchResult> {
  const { shop, input, notes } = await load(question)
  const onProgress = stepper(context, 'asking for what was bought')
  const { items, searches = [] } = shop
  const bought = await searchBought({ input, items, searches, onProgress })
  const { source, values, shoppers, queries, missed, changes } = bought
  const { seed } = input
  const summary = summariseSearch(values, BOUGHT_PAIRS, seed)
  const worse = countWorse(changes, createRandom(seed + 1))
  context.progress.clear()
  const { print } = context
  const until = new Date(input.until).toISOString().slice(0, 10)
  print(
    source === 'log'
      ? `${shop.name}, from ${until} on: ${count(queries)} queries typed by ${count(shoppers)} shoppers whom the model never saw, who bought something of what was found within a day`
      : `${shop.name}, from ${until} on: ${count(queries)} queries made of title words of what ${count(shoppers)} shoppers bought whom the model never saw`,
  )
  print('means over shoppers; 95 % intervals by paired bootstrap over shoppers')
  print('')
  for (const line of formatSearch(summary, BOUGHT_ARMS, kindsOf(values))) print(line)
  print('')
  print(
    `${worse.significant} shoppers significantly worse with personal than with base order (${(worse.share * 100).toFixed(1)} %), ${worse.better} better; ${count(missed)} ${source === 'log' ? 'further queries found nothing of what was bought then, and are left out' : 'queries did not find the product at all'}`,
  )
  const orders = bought.taught.flat()
  const taught = {
    ...summariseSearch(taughtValues(bought.taught), TAUGHT_PAIRS, seed),
    shoppers: bought.taught.length,
    queries: orders.length,
  }
  print('')
  print(
    `Do queries teach? A minute before an order, title words of one of its products are searched for and nothing is picked; then the whole catalogue is ranked for the order. ${count(orders.length)} such queries of ${count(taught.shoppers)} shoppers, ${count(orders.filter(({ found }) => found === 0).length)} of them about nothing or too much`,
  )
  print('')
  for (const line of formatTaught(taught)) print(line)
  const { rooms, shoppers: learnedFrom } = bought.training
  print('')
  print(
    `What room gains, means over ${count(learnedFrom)} shoppers whom the model learned from, orders that it didn't, base order: for choosing`,
  )
  print('')
  for (const line of formatRooms(rooms)) print(line)
  for (const note of notes) print(`Note: ${note}.`)
  const shoppersWorse = { significant: worse.significant, share: worse.share }
  const head = { protocol: 'search', shop: shop.name, until, seed } as const
  return { ...head, shoppers, cases: queries, source, ...summary, shoppersWorse, taught, rooms }
}

function kindsOf(values: SearchValues): string[] {
  const [metrics] = values.values()
  return [...metrics.keys()].filter((metric) => metric.startsWith('ndcg@10@'))
}

/**
 * A shop folder's catalogue, whether or not it has a log; or a catalogue file as `import` reads, or
 * the one such file of a folder.
 */
async function readItems(path: string): Promise<readonly Item[]> {
  const found = await stat(path).catch(() => undefined)
  if (!found)
    throw new NearsideError('input-invalid', `${path}: there is no such shop folder or catalogue`)
  if (!found.isDirectory()) return (await readCatalogFile(path, {}, undefined, {})).items
  const catalog = await findFile(join(path, 'catalog.jsonl'))
  if (catalog) return readCatalog(catalog)
  const likely = (await readdir(path)).sort().filter((name) => LIKE_A_CATALOGUE.test(name))
  if (likely.length === 1)
    return (await readCatalogFile(join(path, likely[0]), {}, undefined, {})).items
  throw new NearsideError(
    'input-invalid',
    likely.length === 0
      ? `${path}: holds no catalog.jsonl or catalog.jsonl.gz to search in, nor a file that looks like a catalogue`
      : `${path}: which of ${likely.join(', ')} is the catalogue? Give --shop that file`,
  )
}

/** A table by its ending, products by its name. */
const LIKE_A_CATALOGUE =
  /^(catalog|catalogue|products?|items?)\b.*\.(jsonl|ndjson|csv|tsv)(\.gz)?$/i

/** Shows progress and lets Ctrl-C be heard between two steps. */
function stepper({ progress, signal }: CommandContext, label: string) {
  return async (done: number, total: number) => {
    progress.update(label, done, total)
    await new Promise((resolve) => setImmediate(resolve))
    if (signal.aborted) throw new NearsideError('aborted', 'the evaluation was stopped')
  }
}

function count(value: number): string {
  return value.toLocaleString('en-GB')
}
