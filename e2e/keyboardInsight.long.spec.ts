/** @module Tests by keyboard alone the panel, the console, and the pages that show how the shop learns. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'playwright/test'
import { button, expectPage, lookByKeys, press, tabTo, textOf } from './keys.ts'
import { fact } from './shop.ts'

test('by keyboard: in the panel a shopper forgets, pauses, consents, exports and erases', async ({
  page,
}) => {
  await lookByKeys(page)
  await press(page, button(page, 'Add to basket'))
  await press(page, button(page, 'What this shop learned'))
  const panel = page.getByRole('dialog')
  await expect(panel).toBeVisible()
  const forget = panel.getByRole('button', { name: /^Forget/ })
  const known = await forget.count()
  expect(known).toBeGreaterThan(0)

  const erase = panel.getByRole('button', { name: /^Erase/ })
  await press(page, erase)
  await expect(panel.getByRole('button', { name: /^Yes/ })).toBeFocused()
  await press(page, panel.getByRole('button', { name: 'Keep it' }))
  expect(await forget.count()).toBe(known)
  await press(page, panel.getByRole('button', { name: 'Close' }))
  await expect(panel).toBeHidden()
  await page.keyboard.press('Enter')
  await expect(panel).toBeVisible()

  await press(page, forget.first())
  await expect(panel.getByText(/^Forgetting .+ deletes \d/)).toBeVisible()
  await press(page, panel.getByRole('button', { name: 'Yes, forget it' }))
  await expect.poll(() => forget.count()).toBeLessThan(known)
  expect(await page.evaluate(() => document.activeElement?.closest('dialog') !== null)).toBe(true)

  await press(page, panel.getByRole('button', { name: /pause/i }))
  await press(page, panel.getByRole('button', { name: /resume/i }))
  await press(page, panel.getByRole('button', { name: 'Ask both servers who they are' }))
  const consent = panel.getByRole('switch', { name: /^Contribute/ })
  await expect(consent).toBeEnabled()
  await press(page, consent)
  await expect(consent).toHaveAttribute('aria-checked', 'true')
  await press(page, consent)
  await expect(consent).toHaveAttribute('aria-checked', 'false')

  const saved = page.waitForEvent('download')
  await press(page, panel.getByRole('button', { name: /^Export/ }))
  const bundle = JSON.parse(readFileSync(await (await saved).path(), 'utf8')) as object
  expect(Object.keys(bundle).length).toBeGreaterThan(1)

  await press(page, erase)
  await press(page, panel.getByRole('button', { name: /^Yes/ }))
  await expect(forget).toHaveCount(0)
  await page.keyboard.press('Escape')
  await expect(panel).toBeHidden()
  await expect(button(page, 'What this shop learned')).toBeFocused()
  await expect(page.getByRole('heading', { name: 'Recently viewed' })).toHaveCount(0)
})

test('by keyboard: side by side shows equal lists at first, and lists with moved products after a view', async ({
  page,
}) => {
  await page.goto('/side-by-side')
  await expect(page.getByText('Nothing has been learned yet')).toBeVisible()
  await lookByKeys(page)
  await press(page, page.getByRole('contentinfo').getByRole('link', { name: 'Side by side' }))
  await expectPage(page, 'Side by side')
  await expect(page.getByText(/Biggest climber:/)).toBeVisible()
  const yours = page.getByRole('region', { name: 'Your list' })
  await expect(yours.getByRole('listitem')).toHaveCount(10)
  await expect(yours.getByText(/^Because you looked at/).first()).toBeVisible()
  const compare = page.getByRole('combobox', { name: 'Compare' })
  await tabTo(page, compare)
  await page.keyboard.type('Christmas')
  await expect(page).toHaveURL(/in=Christmas/)
  await expect(compare).toBeFocused()
  await press(page, yours.getByRole('link').first())
  await expect(page.getByRole('button', { name: 'Add to basket' })).toBeVisible()
})

test('by keyboard: a visitor steps through the replay of a shopper’s year and pauses it; the visitor’s own data stay unchanged', async ({
  page,
}) => {
  await lookByKeys(page)
  await page.goto('/console')
  await press(page, page.getByText('Technical details', { exact: true }))
  const kept = () => page.getByRole('region', { name: 'Events on this device' }).textContent()
  await expect(fact(page, 'Base model and storage', 'State')).toHaveText('ready')
  const own = await kept()

  await press(page, page.getByRole('contentinfo').getByRole('link', { name: 'Fast-forward' }))
  await expectPage(page, 'Fast-forward')
  const first = page.getByRole('radio', { name: /^Shopper A/ })
  await tabTo(page, first)
  await page.keyboard.press('ArrowRight')
  await expect(page.getByRole('radio', { name: /^Shopper B/ })).toBeChecked()
  await page.keyboard.press('ArrowLeft')
  await expect(first).toBeChecked()
  await press(page, button(page, 'Next order'))
  await expect(page.getByText(/^Order \d of 10/)).toBeVisible({ timeout: 60_000 })
  await expect(page.getByText('Paused.')).toBeVisible()
  await press(page, page.getByRole('button', { name: 'Continue' }))
  await tabTo(page, button(page, 'Pause'), 'Shift+Tab')
  await page.keyboard.press('Enter')
  await expect(page.getByText('Paused.')).toBeVisible()
  await tabTo(page, page.getByRole('combobox', { name: 'Speed' }))
  await page.keyboard.type('As fast')
  await tabTo(page, page.getByRole('button', { name: 'Continue' }), 'Shift+Tab')
  await page.keyboard.press('Enter')
  await expect(page.getByText('The year is over.')).toBeVisible({ timeout: 60_000 })
  // The button that the shopper pressed last no longer acts, but stays in place.
  await expect(button(page, 'Continue')).toBeDisabled()
  await expect(button(page, 'Continue')).toBeFocused()
  const figures = page.locator('.figures tbody tr')
  await expect(figures).toHaveCount(2)
  await press(page, page.getByRole('checkbox', { name: 'All four ways of ranking' }), 'Space')
  await expect(page).toHaveURL(/arms=all/)
  await expect(figures).toHaveCount(4)
  for (const row of await figures.all()) await expect(row).toContainText(/\d%/)
  await tabTo(page, page.getByRole('combobox', { name: 'Show' }))
  await page.keyboard.type('Hits')
  await expect(page.getByRole('img', { name: /^Hits of four/ })).toBeVisible()

  await tabTo(page, page.getByRole('radio', { name: 'A shopper’s year' }), 'Shift+Tab')
  await page.keyboard.press('ArrowRight')
  await expect(page).toHaveURL(/story=shop/)
  await press(page, button(page, 'Next round'))
  await press(page, button(page, 'Next round'))
  await expect(page.getByText(/^Round \d+ of \d+/)).toBeVisible()
  await expect(page.locator('.week-list tbody tr')).toHaveCount(10)
  await expect(page.locator('.week-list td.unseen').first()).toHaveText(/^[\d.]+$/)
  await page.reload()
  await expect(page.getByRole('radio', { name: 'A shop that opened today' })).toBeChecked()

  // The replay created no database, so the replay stored nothing of its own.
  expect(
    await page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name)),
  ).toEqual(['nearside'])
  await page.goto('/console')
  await press(page, page.getByText('Technical details', { exact: true }))
  await expect(fact(page, 'Base model and storage', 'State')).toHaveText('ready')
  expect(await kept()).toBe(own)
})

test('by keyboard: in the console a shopper checks the log, consents and changes the engine', async ({
  page,
}) => {
  await page.goto('/console')
  await press(page, page.getByText('Technical details', { exact: true }))
  await expect(fact(page, 'Base model and storage', 'State')).toHaveText('ready')
  await press(page, button(page, 'Check the log now'))
  await expect(page.getByText(/^The log is whole: .* (none|not) signed\./)).toBeVisible()
  await press(page, button(page, 'Ask both servers for their terms'))
  const consent = page.getByRole('switch', { name: 'Contribute to the shared model' })
  await expect(consent).toBeEnabled()
  await press(page, consent)
  await expect(fact(page, 'Contribution', 'Consent')).not.toHaveText('not given')
  await press(page, consent)
  await expect(fact(page, 'Contribution', 'Consent')).toHaveText('not given')
  await press(page, button(page, 'Check the log now'))
  await expect(page.getByText(/^The log holds: .* 2 signed by this browser/)).toBeVisible()
  await tabTo(page, page.getByRole('combobox', { name: 'Use engine' }))
  await page.keyboard.type('Plain')
  await expect(fact(page, 'Engine', 'Engine')).toContainText(/js/i)
})

test('by keyboard: in the console a shopper looks for a model, sends an update, exports and sees the log', async ({
  page,
}) => {
  await page.goto('/console')
  await press(page, page.getByText('Technical details', { exact: true }))
  await expect(fact(page, 'Base model and storage', 'State')).toHaveText('ready')
  await press(page, button(page, 'Look for a newer model'))
  await expect(page.getByText(/is (the newest|now in use)\.$/)).toBeVisible()

  const consent = page.getByRole('switch', { name: 'Contribute to the shared model' })
  await press(page, button(page, 'Ask both servers for their terms'))
  await expect(consent).toBeEnabled()
  const given = fact(page, 'Contribution', 'Consent')
  await tabTo(page, consent)
  // Each change of the consent adds an entry to the log, until the console lists only some entries at first.
  for (let time = 0; time < 11; time++) {
    await page.keyboard.press('Space')
    await expect(given).toHaveText('given')
    await page.keyboard.press('Space')
    await expect(given).toHaveText('not given')
  }
  await page.keyboard.press('Space')
  await press(page, button(page, 'Send an update now'))
  const said = page.getByRole('region', { name: 'Contribution', exact: true }).getByRole('status')
  await expect(said).toHaveText(/^(Sent|Nothing was sent): /)

  const saved = page.waitForEvent('download')
  await press(page, button(page, 'Export my data'))
  expect(JSON.parse(readFileSync(await (await saved).path(), 'utf8'))).toBeTruthy()
  const all = page.getByRole('button', { name: /^Show all \d+ entries/ })
  const entries = Number((await textOf(all)).match(/\d+/)?.[0])
  await press(page, all)
  await expect(page.locator('.ns-ledger tbody tr')).toHaveCount(entries)
})
