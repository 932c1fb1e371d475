/**
 * @module Tests the tools that the shop offers to AI agents through WebMCP, called by Chromium's own `executeTool`.
 * Before the shopper agrees, an agent finds no tools. The tools rank products for the shopper, the log contains each
 * call, and no request leaves the browser.
 */
import { readFileSync } from 'node:fs'
import { parseBundle } from '@nearside/audit/bundle.ts'
import { verifyBundle } from '@nearside/audit/verify.ts'
import { expect, type Page, test } from 'playwright/test'
import { CHROMIUM_ARGS, requireChromium } from '../scripts/chromium.ts'

import { forYouIds, learnsFrom, openShop } from './shop.ts'

test.use({
  launchOptions: {
    executablePath: requireChromium(),
    args: [...CHROMIUM_ARGS, '--enable-blink-features=WebMCP'],
  },
})

interface Tools {
  getTools(): Promise<readonly { readonly name: string }[]>
  executeTool(tool: { readonly name: string }, input: object): Promise<string>
}

const toolNames = (page: Page) =>
  page.evaluate(async () => {
    const tools = await (document as unknown as { modelContext: Tools }).modelContext.getTools()
    return tools.map(({ name }) => name).sort()
  })

/** Calls a tool as an agent does. @returns its answer as JSON */
const call = (page: Page, name: string, input: object) =>
  page.evaluate(
    async ([name, input]) => {
      const { modelContext } = document as unknown as { modelContext: Tools }
      const tool = (await modelContext.getTools()).find((tool) => tool.name === name)
      if (!tool) throw new Error(`No tool ${name}`)
      return modelContext.executeTool(tool, input)
    },
    [name, input] as const,
  )

const idsIn = (answer: string): string[] =>
  JSON.parse(answer).items.map(({ id }: { id: string }) => id)

test('tools answer agents only while the shopper allows it, and no request leaves the browser', async ({
  page,
}) => {
  await openShop(page)
  await page.locator('[data-item]').first().click()
  await page.getByRole('button', { name: 'Add to basket' }).first().click()
  await learnsFrom(page, 2)
  await page.goBack()
  expect(await toolNames(page)).toEqual([])

  await page.locator('button.learned').first().click()
  const answer = page.getByRole('switch', { name: 'Let an assistant in this browser' })
  await expect(answer).not.toBeChecked()
  await answer.click()
  await expect(answer).toBeChecked()
  const names = ['add_to_basket', 'compare_products', 'recommend_products', 'search_products']
  await expect.poll(() => toolNames(page)).toEqual(names)
  await page.keyboard.press('Escape')

  const requests: string[] = []
  page.on('request', (request) => requests.push(request.url()))
  const recommended = await call(page, 'recommend_products', { limit: 4 })
  const shown = await forYouIds(page)
  expect(idsIn(recommended)).toHaveLength(4)
  expect(recommended).not.toMatch(/score|reason|rank/)
  expect(shown).toEqual(expect.arrayContaining(idsIn(recommended).slice(0, 1)))
  const found = await call(page, 'search_products', { query: 'cake stand', limit: 5 })
  expect(
    JSON.parse(found)
      .items.map(({ title }: { title: string }) => title)
      .join(),
  ).toMatch(/cake/i)
  const [first, second] = idsIn(found)
  expect(idsIn(await call(page, 'compare_products', { ids: [first, second] })).sort()).toEqual(
    [first, second].sort(),
  )
  expect(await call(page, 'add_to_basket', { id: first, quantity: 2 })).toContain(first)
  expect(await call(page, 'add_to_basket', { id: 'nothing' })).toContain('item-unknown')
  expect(await call(page, 'compare_products', { ids: [first] })).toContain('input-invalid')
  // Requests for pictures don't count: `blob:` addresses are read from memory.
  expect(requests.filter((url) => url.startsWith('http'))).toEqual([])

  await page.locator('button.learned').first().click()
  await answer.click()
  await expect(answer).not.toBeChecked()
  await expect.poll(() => toolNames(page)).toEqual([])

  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: /^Export/ }).click()
  const bundle = readFileSync((await (await download).path()) as string, 'utf8')
  const entries: readonly { kind: string; detail: object }[] = JSON.parse(bundle).ledger
  expect(entries.filter(({ kind }) => kind === 'agent').map(({ detail }) => detail)).toEqual([
    { allowed: true },
    { items: 4, tool: 'recommend' },
    { items: 5, tool: 'search' },
    { items: 2, tool: 'compare' },
    { items: 1, tool: 'basket' },
    { allowed: false },
  ])
  expect((await verifyBundle(parseBundle(bundle))).faults).toEqual([])
})
