/** @module A shopper for any shop: looks at what there is, searches, and goes back. */
import type { BrowserContext, Page } from 'playwright-core'
import type { Marks } from './marks.ts'

export interface Visit {
  readonly page: Page
  readonly context: BrowserContext
  /** Address of the shop's home page. */
  readonly url: string
  readonly marks: Marks
  /** How many the shopper is to make. */
  readonly events: number
  /** The second shopper, who does something else in the same shop. */
  readonly isSecond: boolean
  say(line: string): void
}

/** What `--script FILE` exports as `shop`. */
export interface ShopperScript {
  /**
   * Fills the shop with the marks and with events, once `settled` resolved: where the shop names no
   * files that it asks for, those that it asked for until then are taken for all.
   * @returns how many events the shopper made, and what the device holds about them where that can be had
   */
  shop(visit: Visit, settled: () => Promise<void>): Promise<{ events: number; held?: string }>
}

const IDLE_MS = 3000

/** Searches for marks wherever there is a search box; follows links within the shop. */
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
