/**
 * @module Tools of a shop for the shopper's AI agent (search, recommend, compare, add to basket), also registered for the
 * browser's agent (WebMCP). An answer to an agent has ids and public facts of the catalog, but no scores or reasons. The
 * device answers agents only while the shopper allows agents, and logs each call before it answers.
 * @see https://webmachinelearning.github.io/webmcp/
 */
import type { Item } from '@nearside/core/catalog/item.ts'
import { invalidInput, NearsideError } from '@nearside/core/error.ts'
import { isRecord } from '@nearside/core/isRecord.ts'
import type { Personalizer } from '../api.ts'

/** Maximum number of items in an answer, and of pieces added to the basket. */
const MOST_ITEMS = 20
/** Default number of items in an answer. */
const ITEMS = 8
const MOST_COMPARED = 5
const LONGEST_QUERY = 200

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
  const factsOf = (id: string) => {
    const item = shop.itemOf(id)
    if (!item) throw new NearsideError('item-unknown', `No product has the id ${id.slice(0, 60)}.`)
    const { title, price, currency, category, brand, url } = item
    return { id, title, price, currency, category, brand, url }
  }

  async function answer(tool: 'search' | 'recommend' | 'compare', ids: readonly string[]) {
    const items = ids.filter((id) => shop.itemOf(id)).map(factsOf)
    await personalizer.logAgentCall(tool, items.length)
    return { items }
  }

  async function search(input: unknown): Promise<object> {
    const { query, limit } = fieldsOf(input)
    const [text, most] = [readText('query', query), readCount('limit', limit, ITEMS)]
    return answer('search', (await shop.search?.(text))?.slice(0, most) ?? [])
  }

  async function recommend(input: unknown): Promise<object> {
    const { category, limit } = fieldsOf(input)
    const most = readCount('limit', limit, ITEMS)
    const among = category === undefined ? {} : { category: readText('category', category) }
    return answer('recommend', idsOf(await personalizer.recommend({ limit: most, ...among })))
  }

  async function compare(input: unknown): Promise<object> {
    const { ids } = fieldsOf(input)
    if (!Array.isArray(ids) || ids.length < 2 || ids.length > MOST_COMPARED)
      throw invalidInput(`ids needs 2 to ${MOST_COMPARED} product ids.`)
    for (const id of ids) factsOf(readText('id', id))
    return answer('compare', idsOf(await personalizer.rerank(ids, { soldOut: true })))
  }

  async function addToBasket(input: unknown): Promise<object> {
    const { id, quantity } = fieldsOf(input)
    const facts = factsOf(readText('id', id))
    if (shop.itemOf(facts.id)?.available === false)
      throw new NearsideError('item-unknown', 'It is sold out.')
    const added = readCount('quantity', quantity, 1)
    await personalizer.logAgentCall('basket', 1)
    await shop.addToBasket?.(facts.id, added)
    return { added: facts, quantity: added }
  }

  const tool = (
    name: string,
    description: string,
    inputSchema: object,
    execute: AgentTool['execute'],
    readOnlyHint = true,
  ): AgentTool => ({
    ...{ name, description, inputSchema, annotations: { readOnlyHint } },
    execute: (input) =>
      execute(input).catch((thrown) => {
        const error = NearsideError.from(thrown, 'worker-failed', 'The shop could not answer')
        return { error: error.toWire() }
      }),
  })
  const order = 'They are ranked for this shopper, best first.'
  const limit = { type: 'integer', minimum: 1, maximum: MOST_ITEMS }
  const text = { type: 'string', maxLength: LONGEST_QUERY }
  const several = { type: 'array', items: text, minItems: 2, maxItems: MOST_COMPARED }
  const tools = [
    shop.search &&
      tool(
        'search_products',
        'Finds products of this shop by words, best match first.',
        schema({ query: text, limit }, 'query'),
        search,
      ),
    tool(
      'recommend_products',
      `Recommends products of this shop to the shopper. ${order}`,
      schema({ category: text, limit }),
      recommend,
    ),
    tool(
      'compare_products',
      `Gives price, brand and category of 2 to ${MOST_COMPARED} products. ${order}`,
      schema({ ids: several }, 'ids'),
      compare,
    ),
    shop.addToBasket &&
      tool(
        'add_to_basket',
        'Puts a product into the shopper’s basket, without ordering it.',
        schema({ id: text, quantity: limit }, 'id'),
        addToBasket,
        false,
      ),
  ]
  return tools.filter((tool) => tool !== undefined)
}

const schema = (properties: object, ...required: readonly string[]) => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
})

const idsOf = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id)

const fieldsOf = (input: unknown): Record<string, unknown> => (isRecord(input) ? input : {})

function readText(name: string, value: unknown): string {
  if (typeof value === 'string' && value !== '' && value.length <= LONGEST_QUERY) return value
  throw invalidInput(`${name} needs 1 to ${LONGEST_QUERY} characters.`)
}

function readCount(name: string, value: unknown, preset: number): number {
  if (value === undefined) return preset
  const count = Number(value)
  if (Number.isInteger(value) && count >= 1 && count <= MOST_ITEMS) return count
  throw invalidInput(`${name} needs a whole number from 1 to ${MOST_ITEMS}.`)
}

/** Part of WebMCP that this module uses. */
interface ModelContext {
  registerTool(tool: AgentTool, options: { readonly signal: AbortSignal }): unknown
}

/**
 * Makes the shop's tools, and registers them in the page whenever the shopper allows agents. Removes the tools from the
 * page when the shopper no longer allows agents.
 * @example const { stop } = offerToAgents(personalizer, { itemOf, search, addToBasket })
 * @returns the tools, for agents that don't use WebMCP; and `stop`, which removes the tools from the page for good
 */
export function offerToAgents(
  personalizer: Personalizer,
  shop: AgentShop,
): { readonly tools: readonly AgentTool[]; stop(): void } {
  const tools = agentTools(personalizer, shop)
  // TypeScript's library lacks `modelContext`.
  const page = globalThis.document as { readonly modelContext?: ModelContext } | undefined
  const context = page?.modelContext
  if (!context) return { tools, stop: () => {} }
  let offered: AbortController | null = null
  const follow = (): void => {
    const { agents } = personalizer.getSnapshot()
    if (agents === (offered !== null)) return
    offered?.abort()
    offered = agents ? new AbortController() : null
    if (!offered) return
    const { signal } = offered
    // The browser refuses a tool whose name another script of the page uses; the other tools still work.
    for (const tool of tools)
      Promise.resolve()
        .then(() => context.registerTool(tool, { signal }))
        .catch((error) => console.warn(`Nearside: no tool ${tool.name}.`, error))
  }
  follow()
  const unsubscribe = personalizer.subscribe(follow)
  return {
    tools,
    stop() {
      unsubscribe()
      offered?.abort()
    },
  }
}
