/** @module Simulates a shopper who searches and follows links in any shop. */
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
   * Acts as a shopper once `settled` has resolved: enters recognisable texts (marks), e.g. as queries, and makes
   * events. Without `--declare`, the shop may request only paths that it requested until `settled` resolved.
   * @returns number of events, and if available the data about them that the device stores
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
