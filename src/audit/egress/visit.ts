/** @module Simulates a shopper in any shop, who views pages, searches, and goes back. */
import type { BrowserContext, Page } from 'playwright-core'
import type { Marks } from './marks.ts'

export interface Visit {
  readonly page: Page
  readonly context: BrowserContext
  readonly url: string
  readonly marks: Marks
  readonly events: number
  /** Whether this is the second shopper, who acts differently in the same shop. */
  readonly isSecond: boolean
  say(line: string): void
}

/** Interface of the module for `--script FILE`. */
export interface ShopperScript {
  /**
   * Acts as a shopper once `settled` has resolved: puts recognisable texts (marks) into the shop, e.g. as queries, and
   * makes events. If no list of allowed paths is given, paths requested until `settled` resolves are allowed.
   * @returns the number of events, and the device's stored data about them if that is available
   */
  shop(visit: Visit, settled: () => Promise<void>): Promise<{ events: number; held?: string }>
}

const IDLE_MS = 3000

/** Types marks into any search box, and follows links within the shop. */
export const anyShopper: ShopperScript = {
  async shop({ page, url, marks, events, isSecond }, settled) {
    await page.goto(url)
    await page.waitForTimeout(IDLE_MS)
    await settled()
    let made = 0
    const queries = isSecond ? marks.queries.toReversed() : marks.queries
    for (const query of queries) {
      if (made >= events) break
      const box = page.locator('input[type=search], [role=searchbox], input[name=q]').first()
      if (await box.isVisible()) {
        await box.fill(query)
        await box.press('Enter')
        made++
      }
      const links = page.locator(`a[href^="/"], a[href^="${url}"]`)
      const count = await links.count()
      if (count > 0) {
        await links
          .nth((isSecond ? made + 1 : made) % count)
          .click({ timeout: IDLE_MS })
          .catch(() => undefined)
        made++
      }
      if ((await page.locator('a').count()) === 0) await page.goto(url)
    }
    return { events: made }
  },
}
