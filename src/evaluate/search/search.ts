/** @module `--protocol search`: tests search against human judgements, or by the rank of shoppers' next purchases. */

import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Item } from '@nearside/core/catalog/item.ts'
import { invalidInput } from '@nearside/core/error.ts'
import type { Synonyms } from '@nearside/core/search/synonymList.ts'
import { readCatalogFile } from '@nearside/train/import/readCatalog.ts'
import { findFile } from '@nearside/train/shop/lines.ts'
import { readCatalog } from '@nearside/train/shop/read.ts'
import { formatDay } from '@nearside/train/shop/time.ts'
import { load, type Question } from '../load.ts'
import { armsTable, liftsPart } from '../report/armsTable.ts'
import { count, worseShoppers } from '../report/numbers.ts'
import type { Evaluated, Part } from '../report/report.ts'
import { type Envelope, type Summary, summariseArms, worseThan } from '../results.ts'
import type { RowCase, Rows } from '../rows.ts'
import { type Steps, step } from '../steps.ts'
import { BOUGHT_ARMS, BOUGHT_PAIRS, type Bought, searchBought } from './bought.ts'
import { JUDGED_ARMS, JUDGED_PAIRS, searchJudged } from './judged.ts'
import { type Judgements, readJudgements } from './judgements.ts'
import { QUERY_KINDS } from './queries.ts'

export interface SearchQuestion extends Omit<Question, 'protocol' | 'model'> {
  readonly model: string | undefined
  readonly judgements: string | undefined
}

/** Result that `--json` writes. */
interface SearchResult extends Omit<Envelope, 'until'> {
  readonly protocol: 'search'
  /** Start of the tested time; null if the search is tested without a model. */
  readonly until: string | null
  /** Source of the queries in a test by purchases: typed by shoppers, or made of title words. */
  readonly source?: Bought['source']
  /** Counts of the judgements that were read, and of those that were left out. */
  readonly judgements?: Omit<Judgements, 'queries'>
}

/** Fewest queries for a meaningful interval. */
const LEAST_QUERIES = 10

export function evaluateSearch(
  question: SearchQuestion,
  steps: Steps,
): Promise<Evaluated<SearchResult>> {
  const { judgements, model, ...asked } = question
  if (judgements !== undefined && model !== undefined)
    throw invalidInput('--judgements tests retrieval without a shopper: leave --model out')
  if (judgements !== undefined) return byJudgements(question.shop, judgements, question, steps)
  if (model === undefined)
    throw invalidInput(
      "--protocol search needs --judgements FILE, or --model DIR (make one with 'nearside pretrain')",
    )
  return byPurchases({ ...asked, model, protocol: 'personal' }, steps)
}

/** Queries of a judgement file that the catalog can answer. @param now milliseconds since the epoch */
async function readJudged(path: string, file: string, now: number) {
  const items = await readItems(path, now)
  const known = new Set(items.map(({ id }) => id))
  const { queries, ...counts } = await readJudgements(file, (id) => known.has(id))
  if (queries.length < LEAST_QUERIES)
    throw invalidInput(
      `${basename(file)}: ${queries.length} queries have a relevant product of this catalog; at least ${LEAST_QUERIES} are needed for an interval`,
    )
  return { items, queries, counts }
}

async function byJudgements(
  path: string,
  file: string,
  { seed = 1, now }: SearchQuestion,
  steps: Steps,
): Promise<Evaluated<SearchResult>> {
  const { items, queries, counts } = await readJudged(path, file, now)
  await step(steps, 'asking', 0, 1)
  const language = /\.([a-z]{2})\.\w+$/.exec(file)?.[1]
  const foreign =
    language === undefined ? [] : await readSynonyms(path, `synonyms.${language}.json`)
  const synonyms = [...foreign, ...(await readSynonyms(path, 'synonyms.json'))]
  const rows = searchJudged(items, queries, seed, synonyms)
  const summary = summariseSearch(rows, JUDGED_PAIRS, seed)
  const shop = basename(path)
  const head = { protocol: 'search', shop, until: null, seed, shoppers: 0 } as const
  return {
    result: { ...head, cases: queries.length, ...summary, shoppersWorse: null, judgements: counts },
    report: {
      title: `Search: ${shop}`,
      lead: [
        `${shop}: ${queries.length} judged queries over ${count(items.length)} products; 95 % intervals by bootstrap over queries; unjudged products count as not relevant`,
        `${count(counts.rows)} judgements; ${counts.unknownDocids} name no product of the catalog, ${counts.repeated} repeat another`,
        `Left out: ${counts.withoutRelevant} queries without a relevant product, ${counts.withoutJudgements} without any judged product`,
      ],
      parts: searchParts(summary, JUDGED_ARMS, ['ndcg@10:judged', 'judged@10', 'ndcg@10:typo']),
      notes: [],
    },
  }
}

async function byPurchases(question: Question, steps: Steps): Promise<Evaluated<SearchResult>> {
  const { shop, input, notes } = await load(question)
  const bought = await searchBought(input, shop.items, shop.searches ?? [], steps)
  const { source, rows, missed } = bought
  const [shoppers, queries] = [rows.byShopper.length, rows.cases.length]
  const { seed } = input
  const summary = summariseSearch(rows, BOUGHT_PAIRS, seed)
  const ndcgOf = (arm: string) => ({ arm, metric: 'ndcg@10' })
  const worse = worseThan(rows, ndcgOf('personal'), ndcgOf('base'), seed)
  const until = formatDay(input.until)
  const kinds = QUERY_KINDS.map((kind) => `ndcg@10@query=${kind}`).filter((name) =>
    rows.series.some(({ metric }) => metric === name),
  )
  const isTyped = source === 'log'
  const head = { protocol: 'search', shop: shop.name, until, seed } as const
  return {
    result: { ...head, shoppers, cases: queries, source, ...summary, shoppersWorse: worse },
    report: {
      title: `Search: ${shop.name}`,
      lead: [
        isTyped
          ? `${shop.name}, from ${until} on: ${count(queries)} queries typed by ${count(shoppers)} shoppers whom the model never saw; each query found a product that its shopper bought within a day`
          : `${shop.name}, from ${until} on: ${count(queries)} queries made of title words of products that ${count(shoppers)} shoppers bought; the model never saw these shoppers`,
        'Means over shoppers; 95 % intervals by paired bootstrap over shoppers',
        `${worseShoppers(worse)} shoppers significantly worse with personal than with base order, ${worse.better} better`,
        `${count(missed)} ${isTyped ? 'further queries found none of the products bought afterwards, and are left out' : 'queries did not find the product at all'}`,
      ],
      parts: searchParts(summary, BOUGHT_ARMS, kinds),
      notes,
    },
  }
}

/** Means and lifts; NDCG and MRR get intervals. `nll` is null, because a search has no likelihood. */
export function summariseSearch(
  rows: Rows<RowCase>,
  pairs: readonly (readonly [string, string])[],
  seed: number,
): Summary {
  const hasInterval = (metric: string) => /^(ndcg|mrr)/.test(metric)
  const asked = { pairs, isCompared: hasInterval, isEstimated: hasInterval }
  const { arms, lifts } = summariseArms(rows, seed, asked)
  return { arms: arms.map((arm) => ({ ...arm, nll: null })), lifts }
}

/** Tables of the arms and of their lifts. `further` names metrics to show beside the usual ones. */
export function searchParts(
  { arms, lifts }: Summary,
  meanings: Readonly<Record<string, string>>,
  further: readonly string[],
): Part[] {
  const metrics = ['ndcg@10', 'mrr@20', 'hitRate@10', 'recall@20', ...further]
  return [{ title: 'Arms', table: armsTable(arms, metrics, meanings) }, liftsPart(lifts)]
}

/** Items of a shop folder, of a catalog file as for `import`, or of a folder that has exactly one such file. */
async function readItems(path: string, now: number): Promise<readonly Item[]> {
  const found = await stat(path).catch(() => undefined)
  if (!found) throw invalidInput(`${path}: there is no such shop folder or catalog`)
  if (!found.isDirectory()) return readCatalogFile(path, now)
  const catalog = await findFile(join(path, 'catalog.jsonl'))
  if (catalog) return readCatalog(catalog)
  const likely = (await readdir(path)).sort().filter((name) => LIKE_A_CATALOG.test(name))
  if (likely.length === 1) return readCatalogFile(join(path, likely[0]), now)
  throw invalidInput(
    likely.length === 0
      ? `${path} has no catalog.jsonl or catalog.jsonl.gz, and no file that looks like a catalog: name one by --shop`
      : `${path} has several files that look like a catalog (${likely.join(', ')}): name one by --shop`,
  )
}

/** File names that are probably a catalog: they begin like a product list and have the ending of a table. */
const LIKE_A_CATALOG = /^(catalog(ue)?|products?|items?)\b.*\.(jsonl|ndjson|csv|tsv)(\.gz)?$/i

/**
 * @param shop a shop folder or a catalog file. For a catalog file, or if the folder has no file `name`, there are no
 *   synonyms.
 * @throws NearsideError `input-invalid` if the file `name` isn't a list of synonyms
 */
async function readSynonyms(shop: string, name: string): Promise<Synonyms> {
  const path = await findFile(join(shop, name))
  if (path === undefined) return []
  const list = await readFile(path, 'utf8')
    .then(JSON.parse)
    .catch(() => undefined)
  if (!isSynonyms(list))
    throw invalidInput(
      `${path} is not a list of synonyms: write each as ["word", "other word"] or {"of": "phrase", "as": ["words"]}`,
    )
  return list
}

function isSynonyms(list: unknown): list is Synonyms {
  return (
    Array.isArray(list) &&
    list.every((one) => isTexts(one) || (isTexts([one?.of].flat()) && isTexts(one.as)))
  )
}

const isTexts = (list: unknown): boolean =>
  Array.isArray(list) && list.every((text) => typeof text === 'string')
