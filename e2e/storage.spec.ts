/**
 * @module Tests a full disk, and site data cleared under an open page. The quota is set and the data are cleared
 * through Chrome's debugging protocol, so neither is simulated.
 */
import { expect, type Page, test } from 'playwright/test'
import { fact, forYou, forYouIds, goHome, openShop, openTechnical } from './shop.ts'

async function lookAt(page: Page, place: number): Promise<void> {
  await forYou(page).locator('[data-item]').nth(place).click()
  await expect(page.getByRole('button', { name: 'Add to basket' }).first()).toBeVisible()
}

test('if the disk is full from the first visit on, a click changes the lists and every page works', async ({
  page,
  baseURL,
}) => {
  const session = await page.context().newCDPSession(page)
  await session.send('Storage.overrideQuotaForOrigin', { origin: `${baseURL}`, quotaSize: 1 })
  await openShop(page)
  const before = await forYouIds(page)
  await lookAt(page, 2)
  await goHome(page)
  await expect.poll(() => forYouIds(page)).not.toEqual(before)

  await page.getByRole('contentinfo').getByRole('link', { name: 'Privacy console' }).click()
  await openTechnical(page)
  await expect(fact(page, 'Base model and storage', 'Kept in')).toContainText(/memory/i)
  await expect(page.getByRole('region', { name: 'Notices' })).toContainText(
    /kept in memory until this tab closes/,
  )
})

test('after site data are cleared repeatedly under an open page, the shop goes on and learns again', async ({
  page,
  baseURL,
}) => {
  await openShop(page)
  const stranger = await forYouIds(page)
  const session = await page.context().newCDPSession(page)
  for (let time = 0; time < 5; time++) {
    await session.send('Storage.clearDataForOrigin', {
      origin: `${baseURL}`,
      storageTypes: 'indexeddb',
    })
    await lookAt(page, time)
    // The test reads the id from the address, because the list may have changed before the click.
    const id = decodeURIComponent(page.url().split('/').at(-1) ?? '')
    await expect.poll(() => storedItems(page)).toContain(id)
    await goHome(page)
  }
  await page.reload()
  await expect.poll(() => forYouIds(page)).not.toEqual(stranger)
})

/** Items of the events in IndexedDB, not of the events in the page's memory. */
function storedItems(page: Page): Promise<string[]> {
  return page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const opening = indexedDB.open('nearside')
        // The database possibly doesn't exist yet, and opening it must not create it.
        opening.onupgradeneeded = () => opening.transaction?.abort()
        opening.onerror = () => resolve([])
        opening.onsuccess = () => {
          const database = opening.result
          const reading = database.transaction('events').objectStore('events').getAll()
          database.close()
          reading.onerror = () => reject(reading.error)
          reading.onsuccess = () => resolve(reading.result.flatMap(({ items }) => items))
        }
      }),
  )
}
