/** @module Tests the sign-in of a returning shopper: the shop hands their past orders to the browser. */
import { readFile } from 'node:fs/promises'
import { expect, type Locator, test } from 'playwright/test'
import { go } from './pages.ts'
import { openShop } from './shop.ts'

test('past orders count once, change lists, and don’t come back once erased', async ({ page }) => {
  await openShop(page)
  const forYou = page.locator('.for-you [data-item]')
  const shown = () => forYou.evaluateAll((all) => all.map((one) => one.getAttribute('data-item')))
  const before = await shown()
  await go(page, '/orders')
  await page.getByLabel('Sign in as').selectOption({ index: 5 })
  await page.getByRole('button', { name: 'Sign in' }).press('Enter')
  const heading = (name: string) => page.getByRole('heading', { level: 2, name })
  await expect(heading('Signed in as Shopper F')).toBeFocused()
  await expect(page.getByText(/^We used \d+ of your 25 orders/)).toBeVisible()
  await expect(page.locator('.past-order')).toHaveCount(25)
  await go(page, '/')
  await expect.poll(shown).not.toEqual(before)

  await page.reload()
  await go(page, '/orders')
  await expect(heading('Signed in as Shopper F')).toBeVisible()
  await page.getByRole('button', { name: 'What this shop learned' }).click()
  const panel = page.getByRole('dialog')
  await panel.getByRole('button', { name: /^Erase/ }).click()
  await panel.getByRole('button', { name: /^Yes/ }).click()
  await expect(panel.getByText(/^Erased/)).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByText('No orders yet')).toBeVisible()
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByText('There is nothing new to use')).toBeVisible()
  await expect(heading('Shopped here before?')).toBeVisible()
})

/** Ids of the items on a list's cards, with the reasons on these cards. */
const cardsOf = (list: Locator) =>
  list.getByRole('listitem').evaluateAll((items) =>
    items.map((item) => ({
      id: item.querySelector('[data-item]')?.getAttribute('data-item') ?? '',
      reason: item.querySelector('.ns-why-reason')?.textContent ?? '',
    })),
  )

const REASONS =
  /^(A best seller|Because of your recent picks|Because you bought .+|You’ve been browsing .+)$/

for (const label of ['C', 'F'])
  test(`when shopper ${label} returns, “Buy again” lists items that are due, and “For you” lists only items not bought before`, async ({
    page,
  }) => {
    const { shoppers } = JSON.parse(await readFile('public/replay/shoppers.json', 'utf8'))
    const { orders } = shoppers.find((one: { label: string }) => one.label === `Shopper ${label}`)
    const last = Math.max(...orders.map(({ time }: { time: string }) => Date.parse(time)))
    const bought = new Map<string, number>()
    // The shop moves the orders' times so that the last order was yesterday. The device then stores the last 90 days.
    for (const { time, items } of orders)
      for (const id of Date.parse(time) > last - 89 * 86_400_000 ? items : [])
        bought.set(id, Math.max(bought.get(id) ?? 0, Date.parse(time)))
    await openShop(page)
    const again = page.getByRole('region', { name: 'Buy again' })
    await expect(again).toHaveCount(0)
    await go(page, '/orders')
    await page.getByLabel('Sign in as').selectOption(`Shopper ${label}`)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await expect(page.getByRole('heading', { name: `Signed in as Shopper ${label}` })).toBeVisible()
    await go(page, '/')
    await expect(again).toBeVisible()

    for (const { id, reason } of await cardsOf(again)) {
      // No item of the last order, which was yesterday, is due.
      expect(bought.get(id)).toBeLessThan(last)
      expect(reason).toBe('You’ve bought this before')
    }
    const yours = await cardsOf(page.locator('.for-you'))
    expect(yours).toHaveLength(12)
    expect(yours.filter(({ id }) => bought.has(id))).toEqual([])
    for (const { reason } of yours) expect(reason).toMatch(REASONS)
    expect(yours.some(({ reason }) => reason !== 'A best seller')).toBe(true)
  })
