/**
 * @module Does re-ranking cost relevance on queries that no setting has seen? Made of a product type and
 * one of its facts ("blue notebook"), which Icecat's feed knows and the index doesn't read: a product
 * with both rates 3, one of the type alone 1.
 */
import { basename } from 'node:path'
import { createRandom, inRandomOrder } from '../../src/core/model/random.ts'
import { count } from '../../src/evaluate/report/numbers.ts'
import { JUDGED_ARMS, JUDGED_PAIRS, searchJudged } from '../../src/evaluate/search/judged.ts'
import type { JudgedQuery } from '../../src/evaluate/search/judgements.ts'
import { searchParts } from '../../src/evaluate/search/search.ts'
import { summariseSearch } from '../../src/evaluate/search/summary.ts'
import { step } from '../../src/evaluate/steps.ts'
import { readCatalogFile } from '../../src/train/import/readCatalog.ts'
import { readTable } from '../../src/train/import/readTable.ts'
import type { Experiment } from '../experiment.ts'

const QUERIES = 200
/** Of one type: cables alone would fill the rest. */
const MOST_OF_A_TYPE = 15
/** Products of a fact: fewer are an accident, more are nearly all of their type. */
const FEWEST = 3
const MOST = 400

export const experiment: Experiment = {
  asks: 'what re-ranking costs on 200 queries made of the facts of Icecat’s feed',
  async run({ question: { shop }, seed }, steps) {
    await step(steps, 'asking', 0, 1)
    const items = await readCatalogFile(shop, Date.now())
    const queries = await factQueries(shop, seed)
    const summary = summariseSearch(searchJudged(items, queries, seed), JUDGED_PAIRS, seed)
    const name = basename(shop)
    return {
      result: { protocol: 'search-facts', shop: name, seed, cases: queries.length, ...summary },
      report: {
        title: `Search by facts: ${name}`,
        lead: [
          `${queries.length} queries of a product type and one fact over ${count(items.length)} products; 95 % intervals by bootstrap over queries`,
        ],
        parts: searchParts(summary, JUDGED_ARMS, ['ndcg@10:judged', 'judged@10']),
        notes: [],
      },
    }
  },
}

interface Described {
  readonly id: string
  readonly type: string
  readonly facts: readonly string[]
}

async function factQueries(path: string, seed: number): Promise<JudgedQuery[]> {
  const described = await readFacts(path)
  const products = new Map<string, number>()
  for (const { type, facts } of described)
    for (const fact of new Set(facts)) {
      const key = `${fact}\t${type}`
      products.set(key, (products.get(key) ?? 0) + 1)
    }
  const fitting = [...products].filter(([, n]) => n >= FEWEST && n <= MOST).map(([key]) => key)
  const taken = new Map<string, number>()
  return inRandomOrder(fitting.sort(), createRandom(seed))
    .filter((key) => {
      const [, type] = key.split('\t')
      taken.set(type, (taken.get(type) ?? 0) + 1)
      return taken.get(type)! <= MOST_OF_A_TYPE
    })
    .slice(0, QUERIES)
    .map((key) => {
      const [fact, type] = key.split('\t')
      const alike = described.filter((one) => one.type === type)
      const ratings = alike.map(({ id, facts }) => [id, facts.includes(fact) ? 3 : 1] as const)
      return { query: `${fact} ${type}`, ratings: new Map(ratings) }
    })
}

/** What is read of the feed's thousands of columns. */
const READ = new Set([
  'id',
  'supplier',
  'attr_t_product_type',
  'attr_t_connector_1',
  'attr_t_print_technology',
  'attr_t_product_colour',
  'attr_t_connectivity_technology',
  'attr_t_form_factor',
  'attr_n_cable_length',
  'attr_t_cable_colour',
  'attr_t_jacket_material',
  'attr_t_printing_colours',
  'attr_t_brand_compatibility',
])

/** Products whose type is told: by name, or a cable by its plug, ink and toner by how they print. */
async function readFacts(path: string): Promise<Described[]> {
  const described: Described[] = []
  for (const { values } of (await readTable(path, (column) => READ.has(column))).rows) {
    const read = (name: string) => values[name]?.toLowerCase() ?? ''
    const of = (...names: string[]) => names.map(read).filter((fact) => /^[^,/]{1,24}$/.test(fact))
    const { id } = values
    const type = read('attr_t_product_type')
    const plug = read('attr_t_connector_1')
    const print = read('attr_t_print_technology')
    if (type.length > 3 && type !== 'other') {
      const named = ['supplier', 'attr_t_product_colour', 'attr_t_connectivity_technology']
      described.push({ id, type, facts: of(...named, 'attr_t_form_factor') })
    } else if (plug !== '' && read('attr_n_cable_length') !== '') {
      const facts = of('supplier', 'attr_t_cable_colour', 'attr_t_jacket_material')
      described.push({ id, type: `${plug} cable`, facts })
    } else if (/^(inkjet|laser)/.test(print)) {
      const facts = of('supplier', 'attr_t_printing_colours', 'attr_t_brand_compatibility')
      described.push({ id, type: print.startsWith('ink') ? 'ink' : 'toner', facts })
    }
  }
  return described
}
