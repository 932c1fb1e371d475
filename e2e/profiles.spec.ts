/**
 * @module Tests the people whom a shopper shops for, with the package's own files in a real browser. Its whole profile
 * folder is searched after it has closed.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium, expect, type Page, test } from 'playwright/test'
import type * as Nearside from '../src/index.ts'
import { filesWith } from './folder.ts'

declare global {
  interface Window {
    personalizer: Nearside.Personalizer
  }
}

const LIB = join(import.meta.dirname, '..', 'dist', 'lib')
const WORDS = 'zanzibar quux'

async function openBrowser(folder: string): Promise<BrowserContext> {
  const context = await chromium.launchPersistentContext(folder, { serviceWorkers: 'block' })
  await context.route('**/package/**', async (route) => {
    const [, file] = new URL(route.request().url()).pathname.split('/package/')
    if (file !== '') return route.fulfill({ path: join(LIB, file) })
    return route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>Shop</title>' })
  })
  return context
}

async function openPage(context: BrowserContext, baseURL: string | undefined): Promise<Page> {
  const page = await context.newPage()
  await page.goto(`${baseURL}/package/`)
  await page.evaluate(async () => {
    const index = '/package/index.js'
    const { createPersonalizer } = (await import(index)) as typeof Nearside
    window.personalizer = await createPersonalizer({
      catalog: '/catalog/catalog.json',
      baseModel: '/models',
      worker: () => new Worker('/package/worker.js', { type: 'module' }),
      persist: 'always',
    })
  })
  return page
}

/** Looks at two products and searches. @returns ids of the events */
const shop = (page: Page, from: number): Promise<readonly (string | null)[]> =>
  page.evaluate(
    async ([from, words]) => {
      const { personalizer } = window
      const items = (await personalizer.recommend({ limit: 20 })).slice(from, from + 2)
      const events = items.map(({ id }) => ({ name: 'add_to_cart', item_id: id }) as const)
      const looked = await Promise.all(events.map((event) => personalizer.capture(event)))
      return [...looked, await personalizer.capture({ name: 'search', search_term: words })]
    },
    [from, WORDS] as const,
  )

const listOf = (page: Page): Promise<readonly string[]> =>
  page.evaluate(async () =>
    (await window.personalizer.recommend({ limit: 12 })).map(({ id }) => id),
  )

const switchTo = (page: Page, id: string): Promise<void> =>
  page.evaluate((to) => window.personalizer.profiles.switch(to), id)

/** Learns now, so that no later fit changes a list. */
const learn = (page: Page): Promise<unknown> => page.evaluate(() => window.personalizer.fineTune())

test('a visit for nobody leaves nothing in the browser’s folder, while the shopper’s own visit does', async ({
  baseURL,
}) => {
  for (const who of ['me', 'nobody']) {
    const folder = await mkdtemp(join(tmpdir(), 'nearside-profile-'))
    try {
      const context = await openBrowser(folder)
      const page = await openPage(context, baseURL)
      await switchTo(page, who)
      const before = await listOf(page)
      const events = (await shop(page, 3)).map(String)
      expect(new Set(events).size).toBe(3)
      await learn(page)
      expect(await listOf(page)).not.toEqual(before)
      await context.close()
      const texts = [...events, WORDS]
      for (const text of texts)
        expect((await filesWith(folder, text)).length > 0, text).toBe(who === 'me')

      const again = await openBrowser(folder)
      const reopened = await openPage(again, baseURL)
      const { profiles } = await reopened.evaluate(() => window.personalizer.getSnapshot())
      expect(profiles.current).toBe(who)
      await switchTo(reopened, 'me')
      const stored = await reopened.evaluate(() => window.personalizer.events())
      expect(stored).toHaveLength(who === 'me' ? 3 : 0)
      await again.close()
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }
})

test('gifts for a person don’t change the shopper’s list, and an erasure deletes the person’s database', async ({
  baseURL,
}) => {
  const folder = await mkdtemp(join(tmpdir(), 'nearside-profile-'))
  try {
    const context = await openBrowser(folder)
    const page = await openPage(context, baseURL)
    await shop(page, 0)
    await learn(page)
    const mine = await listOf(page)
    const id = await page.evaluate(() => window.personalizer.profiles.add('Grandma'))
    await switchTo(page, id)
    await shop(page, 8)
    await learn(page)
    const theirs = await listOf(page)
    expect(theirs).not.toEqual(mine)
    await switchTo(page, 'me')
    expect(await listOf(page)).toEqual(mine)
    // Milliseconds from a switch to a person who visited before until that person's list is on screen.
    const times = await page.evaluate(async (them) => {
      const times: number[] = []
      let shown = () => {}
      const stop = window.personalizer.watch({ kind: 'recommend' }, () => shown())
      for (let turn = 0; turn < 10; turn++) {
        const started = performance.now()
        const done = new Promise<void>((resolve) => {
          shown = resolve
        })
        const switched = window.personalizer.profiles.switch(turn % 2 ? 'me' : them)
        await done
        times.push(performance.now() - started)
        await switched
      }
      stop()
      return times
    }, id)
    console.log(`Switches, ms: ${times.map((time) => time.toFixed(1)).join(' ')}`)
    await page.evaluate(() => window.personalizer.erase())
    const names = () =>
      page.evaluate(async () => (await indexedDB.databases()).map((one) => one.name))
    await expect.poll(names).toEqual(['nearside'])
    await context.close()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
