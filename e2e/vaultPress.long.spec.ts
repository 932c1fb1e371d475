/**
 * @module Tests which presses count in the vault's own window. A press gives no consent if the window is small, if the
 * key is held down, or if the mouse was already on the button.
 */
import { expect, type Page, test } from 'playwright/test'
import { findings } from './axe.ts'
import { closeVaultShops } from './vault.ts'
import {
  agree,
  agreeIn,
  consentOf,
  consentsIn,
  decline,
  openContributing,
  openQuestion,
} from './vaultQuestion.ts'

test.afterEach(closeVaultShops)

async function asked(page: Page): Promise<{ question: Page; vault: string }> {
  const { shop, vault } = await openContributing()
  await page.goto(`${shop}/console`)
  await consentOf(page).click()
  return { question: await openQuestion(page), vault }
}

const status = (question: Page) => question.getByRole('status')

test('a window that is too small accepts only a refusal, and says why', async ({ page }) => {
  const { question, vault } = await asked(page)
  await question.setViewportSize({ width: 260, height: 150 })
  await expect(status(question)).toContainText('too small')
  await expect(agreeIn(question)).toBeDisabled()
  await agreeIn(question).click({ force: true })
  await question.setViewportSize({ width: 320, height: 180 })
  await question.getByRole('heading').hover()
  await expect(agreeIn(question)).toBeEnabled()
  expect(await findings(question)).toEqual([])
  expect(await consentsIn(page, vault)).toEqual([])
  await question.setViewportSize({ width: 260, height: 150 })
  await decline(question)
  await expect(page.getByText('Not agreed: nothing is shared.')).toBeVisible()
})

test('a key that was down before the button had the focus gives no consent', async ({ page }) => {
  const { question, vault } = await asked(page)
  await expect(agreeIn(question)).toBeEnabled()
  await question.keyboard.down('Enter')
  await question.keyboard.press('Tab')
  await question.keyboard.press('Tab')
  await expect(agreeIn(question)).toBeFocused()
  for (let repeats = 0; repeats < 40; repeats++) await question.keyboard.down('Enter')
  expect(await consentsIn(page, vault)).toEqual([])
  await question.keyboard.up('Enter')
  await expect(agreeIn(question)).toBeEnabled()
  await question.keyboard.down('Enter')
  await expect(consentOf(page)).toHaveAttribute('aria-checked', 'true')
})

test('a mouse that was on the button from the start must leave it before a press counts', async ({
  page,
}) => {
  const { question, vault } = await asked(page)
  await expect(agreeIn(question)).toBeEnabled()
  await agreeIn(question).scrollIntoViewIfNeeded()
  const { x, y, width, height } = (await agreeIn(question).boundingBox())!
  await question.mouse.click(x + width / 2, y + height / 2)
  await expect(status(question)).toContainText('Move the pointer off the button')
  expect(await consentsIn(page, vault)).toEqual([])
  await agree(question)
  await expect(consentOf(page)).toHaveAttribute('aria-checked', 'true')
})

test('a window that is not in front accepts no consent', async ({ page }) => {
  const { question, vault } = await asked(page)
  await expect(agreeIn(question)).toBeEnabled()
  // The lost focus is faked, because a headless browser has no other window that could take the focus.
  await question.evaluate(() => {
    document.hasFocus = () => false
  })
  await expect(status(question)).toContainText('Press into this window')
  await question.getByRole('heading').hover()
  await agreeIn(question).click({ force: true })
  await expect(agreeIn(question)).toBeDisabled()
  expect(await consentsIn(page, vault)).toEqual([])
  await question.evaluate(() => Reflect.deleteProperty(document, 'hasFocus'))
  await agree(question)
  await expect(consentOf(page)).toHaveAttribute('aria-checked', 'true')
})

test.describe('in a German browser', () => {
  test.use({ locale: 'de-DE' })
  test('the vault’s consent question is in German if the page is', async ({ page }) => {
    const { shop } = await openContributing()
    await page.goto(`${shop}/console`)
    await page.evaluate(() => {
      document.documentElement.lang = 'de'
    })
    await consentOf(page).click()
    const question = await openQuestion(page)
    await expect(question.locator('html')).toHaveAttribute('lang', 'de')
    await expect(question).toHaveTitle('Zum gemeinsamen Modell beitragen?')
    await agree(question)
    await expect(consentOf(page)).toHaveAttribute('aria-checked', 'true')
  })

  test('the vault’s consent question is in the browser’s language if the page is in another language', async ({
    page,
  }) => {
    const { shop } = await openContributing()
    await page.goto(`${shop}/console`)
    await consentOf(page).click()
    const question = await openQuestion(page)
    await expect(question.locator('html')).toHaveAttribute('lang', 'de')
  })
})
