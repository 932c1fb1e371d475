/** @module The shopper of `npm run prove-egress`: enters marks (texts that must not leave the device) into the shop. */

import type { ShopperScript } from '@nearside/audit/egress/visit.ts'
import type { Page } from 'playwright-core'
import type { CaptureInput, EventName, Personalizer } from '../src/index.ts'

const BATCH = 250
/** Number of searches typed into the page; all other searches go through the API. */
const TYPED = 5

/** The page's own personalizer, found through React, because the built shop exposes it nowhere else. */
function findPersonalizer(): Personalizer | undefined {
  interface Fiber {
    readonly child: Fiber | null
    readonly sibling: Fiber | null
    readonly memoizedProps: { personalizer?: Personalizer | null } | null
  }
  const root = document.getElementById('shop') as unknown as Record<string, Fiber>
  const waiting = Object.keys(root)
    .filter((key) => key.startsWith('__reactContainer'))
    .map((key): Fiber | null => root[key])
  for (let fiber = waiting.pop(); fiber !== undefined; fiber = waiting.pop()) {
    if (fiber === null) continue
    const { personalizer } = fiber.memoizedProps ?? {}
    if (personalizer) return personalizer
    waiting.push(fiber.sibling, fiber.child)
  }
  return undefined
}

/** Captures events slowly, because a vault accepts at most 200 calls per second. */
const captureAll = async (it: Personalizer | undefined, inputs: readonly CaptureInput[]) => {
  const rest = new Promise((resolve) => setTimeout(resolve, inputs.length * 5))
  await Promise.all(inputs.map((input) => it!.capture(input)))
  await rest
}

async function settle(page: Page): Promise<void> {
  const region = page.getByRole('region', { name: 'For you', exact: true })
  await region.locator('[aria-busy="false"] [data-item]').first().waitFor()
  // After this wait, the service worker answers page loads without a request to the server.
  await page.waitForFunction(() => navigator.serviceWorker.controller)
  const kept = () => caches.match('/shell.html', { ignoreVary: true }).then(Boolean)
  await page.waitForFunction(kept, null, { polling: 500 })
}

interface Tools {
  getTools(): Promise<readonly { readonly name: string }[]>
  executeTool(tool: { readonly name: string }, input: object): Promise<string>
}

/** Lets the browser's AI agent use the shop's tools, by a switch in the page. */
async function allowAgents(page: Page): Promise<void> {
  await page.locator('button.learned').first().click()
  await page.getByRole('switch', { name: 'Let an assistant in this browser' }).click()
  await page.waitForFunction(async () => {
    const { modelContext } = document as unknown as { modelContext: Tools }
    return (await modelContext.getTools()).length === 4
  })
  await page.keyboard.press('Escape')
}

/** Calls all tools of the shop with texts that must not leave the device, as an agent does. Runs in the page. */
async function askAsAgent({ titles, ids }: { titles: readonly string[]; ids: readonly string[] }) {
  const { modelContext } = document as unknown as { modelContext: Tools }
  const inputs: Readonly<Record<string, readonly object[]>> = {
    search_products: titles.map((query) => ({ query })),
    recommend_products: [{ limit: ids.length }],
    compare_products: [{ ids }],
    add_to_basket: ids.map((id) => ({ id })),
  }
  for (const tool of await modelContext.getTools())
    for (const input of inputs[tool.name]) {
      const answer = await modelContext.executeTool(tool, input)
      if (JSON.parse(answer).error) throw new Error(`${tool.name} answers ${answer}`)
    }
}

export const { shop }: ShopperScript = {
  async shop({ page, url, marks, events, isSecond, say }, settled) {
    await page.goto(url)
    await settle(page)
    await settled()
    // The second shopper searches for other things, buys none of them, and has fewer past orders.
    const titles = isSecond ? marks.titles.slice(-TYPED + 2) : marks.titles.slice(0, TYPED)
    for (const title of titles) {
      await page.getByRole('combobox', { name: 'Search products' }).fill(title)
      await page.keyboard.press('Enter')
      // Waits for the results, because until then the previous page still shows its own products.
      const results = page.getByRole('list', { name: `Results for ${title}` })
      await results.locator('[data-item]').first().click()
      const product = page.getByRole('article').filter({ hasText: title })
      const buy = product.getByRole('button', { name: 'Add to basket' })
      if (isSecond) await buy.waitFor()
      else await buy.click()
    }
    const personalizer = await page.evaluateHandle(findPersonalizer)
    const { ids, prices, times, queries } = marks
    const orders = times.map((time, at) => ({
      id: `order ${at}`,
      time,
      items: [{ item_id: ids[at], quantity: 1, price: prices[at] }],
    }))
    let made = await personalizer.evaluate((it, orders) => it!.seed(orders), orders)
    const searches = queries.map((query) => ({ name: 'search' as const, search_term: query }))
    await personalizer.evaluate(captureAll, searches)
    made += searches.length
    // Reads the device's data already here, because beyond 10,000 events the device deletes the oldest, which contain
    // marks.
    const held = await personalizer.evaluate(async (it) => {
      const catalog = await caches.match('/catalog/catalog.json', { ignoreVary: true })
      return (await it!.export()) + ((await catalog?.text()) ?? '')
    })
    const all: EventName[] = ['view_item', 'select_item', 'add_to_cart', 'purchase']
    const names = isSecond ? all.slice(0, 1) : all
    while (made < events) {
      const inputs = Array.from({ length: Math.min(BATCH, events - made) }, (_, at) => {
        const place = (isSecond ? (made + at) ** 2 : made + at) % ids.length
        const price = prices[place]
        const items = [{ item_id: ids[place], quantity: 1, price }]
        return { name: names[at % names.length], items, dwell_ms: 4000 }
      })
      await personalizer.evaluate(captureAll, inputs)
      made += inputs.length
    }
    // A shop with a vault offers agents no tools.
    if (!(await personalizer.evaluate((it) => it!.getSnapshot().vault))) {
      say('an agent asks the tools of the shop')
      await allowAgents(page)
      const asked = isSecond
        ? { titles: titles.slice(0, 1), ids: ids.slice(-3) }
        : { titles, ids: ids.slice(0, 5) }
      await page.evaluate(askAsAgent, asked)
    }
    say('learning, ranking')
    await personalizer.evaluate(async (it) => {
      await it!.fineTune()
      const list = await it!.recommend({ limit: 50 })
      await it!.rerank(list.map(({ id }) => id))
    })
    await page.goto(`${url}console`)
    await page.getByRole('main').waitFor()
    return { events: made, held }
  },
}
