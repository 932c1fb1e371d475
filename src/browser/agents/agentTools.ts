/**
 * @module Tools of a shop for the shopper's AI agent: search, recommend, compare, add to basket. The device answers an
 * agent's call. It ranks products for this shopper, but search results stay in the order of the shop's search, the most
 * relevant first. An answer to an agent has ids and public facts of the catalog, but no scores or reasons. The device
 * answers agents only while the shopper allows agents, and logs each call before it answers.
 * @see https://webmachinelearning.github.io/webmcp/
 */
import type { Item } from '@nearside/core/catalog/item.ts'
import { invalidInput, NearsideError } from '@nearside/core/error.ts'
import { isRecord } from '@nearside/core/isRecord.ts'
import type { Personalizer } from '../api.ts'

/** Maximum and default number of items in an answer. */
const MOST_ITEMS = 20
const ITEMS = 8
const MOST_COMPARED = 5
const LONGEST_QUERY = 200

type Facts = Pick<Item, 'id' | 'title' | 'price' | 'currency' | 'category' | 'brand' | 'url'>

/** Functions of the shop that the tools call. */
export interface AgentShop {
  /** Finds a product by its id; undefined for an unknown id. */
  itemOf(id: string): Item | undefined
  /**
   * Returns the ids that the shop's search finds, in the order in which the agent gets them. `blend` of
   * `nearside/search` ranks equally relevant hits for this shopper. Without this function, agents get no tool
   * `search_products`.
   */
  search?(query: string): Promise<readonly string[]> | readonly string[]
  /**
   * Adds a product to the basket; not called for a product that is sold out in the catalog. Without this function,
   * agents get no tool `add_to_basket`.
   */
  addToBasket?(id: string, quantity: number): Promise<void> | void
}

/** Tool in the form that `document.modelContext.registerTool` takes. Agents without this API may call `execute`. */
export interface AgentTool {
  /** Name, e.g. `search_products`. */
  readonly name: string
  /** Text that tells an agent what the tool is for. */
  readonly description: string
  /** JSON Schema of the input. */
  readonly inputSchema: object
  /** Whether the tool only reads. */
  readonly annotations: { readonly readOnlyHint: boolean }
  /**
   * Answers a call. A refused call gets `{ error: { code, message } }`, because browsers hide a tool's exception from
   * the agent. Codes: `input-invalid`, `item-unknown`, and those of `logAgentCall`.
   */
  execute(input: unknown): Promise<object>
}

export function agentTools(
  personalizer: Pick<Personalizer, 'rerank' | 'recommend' | 'logAgentCall'>,
  shop: AgentShop,
): readonly AgentTool[] {
  const factsOf = (id: string): Facts => {
    const item = shop.itemOf(id)
    if (!item) throw new NearsideError('item-unknown', `No product has the id ${id.slice(0, 60)}.`)
    const { title, price, currency, category, brand, url } = item
    return { id, title, price, currency, category, brand, url }
  }
  const inOrder = async (ids: readonly string[]): Promise<readonly string[]> =>
    (await personalizer.rerank([...ids], { soldOut: true })).map(({ id }) => id)

  async function answer(tool: 'search' | 'recommend' | 'compare', ids: readonly string[]) {
    const items = ids.filter((id) => shop.itemOf(id)).map(factsOf)
    await personalizer.logAgentCall(tool, items.length)
    return { items }
  }

  async function search(input: unknown): Promise<object> {
    const { query, limit } = fieldsOf(input)
    const text = readText('query', query)
    const most = readCount('limit', limit, ITEMS, MOST_ITEMS)
    return answer('search', (await shop.search?.(text))?.slice(0, most) ?? [])
  }

  async function recommend(input: unknown): Promise<object> {
    const { category, limit } = fieldsOf(input)
    const most = readCount('limit', limit, ITEMS, MOST_ITEMS)
    const among = category === undefined ? {} : { category: readText('category', category) }
    const list = await personalizer.recommend({ limit: most, ...among })
    return answer(
      'recommend',
      list.map(({ id }) => id),
    )
  }

  async function compare(input: unknown): Promise<object> {
    const { ids } = fieldsOf(input)
    if (!Array.isArray(ids) || ids.length < 2 || ids.length > MOST_COMPARED)
      throw invalid(`ids needs 2 to ${MOST_COMPARED} product ids`)
    for (const id of ids) factsOf(readText('id', id))
    return answer('compare', await inOrder(ids))
  }

  async function addToBasket(input: unknown): Promise<object> {
    const { id, quantity } = fieldsOf(input)
    const facts = factsOf(readText('id', id))
    if (shop.itemOf(facts.id)?.available === false)
      throw new NearsideError('item-unknown', 'It is sold out.')
    const added = readCount('quantity', quantity, 1, MOST_ITEMS)
    await personalizer.logAgentCall('basket', 1)
    await shop.addToBasket?.(facts.id, added)
    return { added: facts, quantity: added }
  }

  const order = 'They are ranked for this shopper, best first.'
  const limit = { type: 'integer', minimum: 1, maximum: MOST_ITEMS }
  const text = { type: 'string', maxLength: LONGEST_QUERY }
  const tools = [
    shop.search && {
      name: 'search_products',
      description: 'Finds products of this shop by words, best match first.',
      inputSchema: schema({ query: text, limit }, 'query'),
      annotations: { readOnlyHint: true },
      execute: search,
    },
    {
      name: 'recommend_products',
      description: `Recommends products of this shop to the shopper. ${order}`,
      inputSchema: schema({ category: text, limit }),
      annotations: { readOnlyHint: true },
      execute: recommend,
    },
    {
      name: 'compare_products',
      description: `Gives price, brand and category of 2 to ${MOST_COMPARED} products. ${order}`,
      inputSchema: schema(
        { ids: { type: 'array', items: text, minItems: 2, maxItems: MOST_COMPARED } },
        'ids',
      ),
      annotations: { readOnlyHint: true },
      execute: compare,
    },
    shop.addToBasket && {
      name: 'add_to_basket',
      description: 'Puts a product into the shopper’s basket, without ordering it.',
      inputSchema: schema({ id: text, quantity: limit }, 'id'),
      annotations: { readOnlyHint: false },
      execute: addToBasket,
    },
  ]
  return tools
    .filter((tool) => tool !== undefined)
    .map((tool) => ({ ...tool, execute: answering(tool.execute) }))
}

const answering =
  (execute: AgentTool['execute']): AgentTool['execute'] =>
  (input) =>
    execute(input).catch((thrown) => {
      const error = NearsideError.from(thrown, 'worker-failed', 'The shop could not answer')
      return { error: error.toWire() }
    })

const schema = (properties: object, ...required: readonly string[]) => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
})

const invalid = (message: string) => invalidInput(`${message}.`)

const fieldsOf = (input: unknown): Record<string, unknown> => (isRecord(input) ? input : {})

function readText(name: string, value: unknown): string {
  if (typeof value === 'string' && value !== '' && value.length <= LONGEST_QUERY) return value
  throw invalid(`${name} needs 1 to ${LONGEST_QUERY} characters`)
}

function readCount(name: string, value: unknown, preset: number, most: number): number {
  if (value === undefined) return preset
  if (Number.isInteger(value) && Number(value) >= 1 && Number(value) <= most) return Number(value)
  throw invalid(`${name} needs a whole number from 1 to ${most}`)
}
