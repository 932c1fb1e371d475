/**
 * @module Tests what is left of an erased search in Chromium's own files. The search's words stay only in two places:
 * in the database's files, until Chromium rewrites them or the site's data are cleared, and in the browser's history.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { type BrowserContext, chromium, expect, type Page, test } from 'playwright/test'
import { CHROMIUM_ARGS, requireChromium } from '../scripts/chromium.ts'
import { openShop } from './shop.ts'

const WORDS = 'quixotelantern'
/** Files of the browser's own history, which no page can delete, but “Clear browsing data” can. */
const BROWSERS_OWN =
  /^(Default\/(Favicons|History|Sessions|Top Sites|Shortcuts|Visited Links|Network Action Predictor)|segmentation_platform)\b/

test('after an erasure, the shopper’s words stay only in the database’s files, until site data are cleared', async ({
  baseURL,
}) => {
  const profile = mkdtempSync(join(tmpdir(), 'nearside-profile-'))
  const launch = { executablePath: requireChromium(), args: CHROMIUM_ARGS, baseURL }
  /** Makes a visit, then closes the browser, so that all data are on the disk. */
  async function visit(work: (page: Page, context: BrowserContext) => Promise<unknown>) {
    const context = await chromium.launchPersistentContext(profile, launch)
    await work(context.pages()[0], context)
    await context.close()
    return places(profile).filter((place) => !BROWSERS_OWN.test(place))
  }
  try {
    const before = await visit(async (page) => {
      await openShop(page)
      await page.getByLabel('Search products').fill(WORDS)
      await page.keyboard.press('Enter')
      await expect(page.getByText('Nothing found for')).toBeVisible()
      // The test navigates within the document, so that the search is stored before the document ends.
      await page.getByRole('link', { name: 'Privacy console' }).first().click()
      await expect(page.getByRole('button', { name: 'Delete: Searches' })).toBeVisible()
    })
    // The words must be on the disk before the erasure, because otherwise the test would prove nothing.
    expect(before.some((place) => place.startsWith('Default/IndexedDB/'))).toBe(true)
    const after = await visit(async (page) => {
      await page.goto('/console')
      await page.getByRole('button', { name: 'Delete: All of this' }).click()
      await page.getByRole('button', { name: 'Yes, delete' }).click()
      await expect(page.getByText('Deleted: All of this.')).toBeVisible()
    })
    expect(after.filter((place) => !place.startsWith('Default/IndexedDB/'))).toEqual([])
    const cleared = await visit(async (page, context) => {
      await page.goto('/no-such.txt')
      const protocol = await context.newCDPSession(page)
      const { origin } = new URL(page.url())
      await protocol.send('Storage.clearDataForOrigin', { origin, storageTypes: 'all' })
    })
    expect(cleared).toEqual([])
  } finally {
    rmSync(profile, { recursive: true, force: true })
  }
})

/** Files of a profile that contain the words, in either of Chromium's encodings. */
function places(profile: string): string[] {
  const spellings = [Buffer.from(WORDS), Buffer.from(WORDS, 'utf16le')]
  const files = readdirSync(profile, { recursive: true, withFileTypes: true })
  return files
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((file) => {
      const bytes = readFileSync(file)
      return spellings.some((spelling) => bytes.includes(spelling))
    })
    .map((file) => relative(profile, file))
}
