/** @module Tests the studio's page: refused saves, prices by day, empty lists, badges and searches. */
import { NearsideError } from '@nearside/core/error.ts'
import type { Rule } from '@nearside/core/rules/rule.ts'
import { waitFor } from '@nearside/core/testPatience.ts'
import { expect, test, vi } from 'vitest'
import { render } from 'vitest-browser-react'
import type { StudioStart } from '../app.ts'
import type { Lists } from '../preview.ts'
import type { Calls } from './calls.ts'
import { Studio } from './Studio.tsx'

const sale = { price: 3, from: '2040-03-01', until: '2040-03-02' }
const ITEMS = ['mug', 'tin'].map((id) => ({ id, title: id, price: 5, currency: 'GBP', sale }))
const THEIRS: readonly Rule[] = [{ name: 'theirs', pin: ['tin'] }]

/** Opens the page with a server that accepts a save only if it was made from the file's newest version. */
async function open(lists: Lists = { recommend: ITEMS.map(entry) }) {
  const file = { version: '1', rules: [] as readonly Rule[] }
  const save = vi.fn<Calls['save']>(async (rules, version) => {
    await Promise.resolve()
    if (version !== file.version) throw new NearsideError('version-taken', 'has changed')
    return Object.assign(file, { rules, version: `${+version + 1}` })
  })
  const start = async (): Promise<StudioStart> => ({
    ...{ file: 'rules.json', items: ITEMS, hasLogin: false },
    ...file,
  })
  const preview: Calls['preview'] = async (_, __, { search }) =>
    search ? { before: found, after: { ...found, redirect: '/help' }, findings: [] } : all
  const all = { before: lists, after: lists, findings: [] }
  const costs = () => Promise.reject(new Error('unused'))
  const logOut = () => Promise.reject(new Error('unused'))
  const page = await render(<Studio calls={{ start, save, preview, costs, logOut }} />)
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click()
  return { file, page, press, save }
}

const entry = ({ id }: { readonly id: string }, at: number) => ({
  ...{ id, score: 1, rank: at + 1, baseRank: at + 1 },
  reason: { kind: 'popular' as const },
})

const found: Lists = { search: [entry({ id: 'tin' }, 0)] }

/** Opens a page with an edit that can't be saved, because somebody else has changed the file. */
async function openTaken() {
  const opened = await open()
  const { file, page, press } = opened
  await press('Hide: mug')
  Object.assign(file, { version: '7', rules: THEIRS })
  await press('Save')
  await expect.element(page.getByText('Not saved: has changed')).toBeVisible()
  expect(file.rules).toBe(THEIRS)
  return opened
}

test('after a conflict, the edits stay and can replace the newer file', async () => {
  const { file, page, press } = await openTaken()
  await press('Replace the newer file')
  await waitFor(() => expect(file.rules).toMatchObject([{ hide: { id: ['mug'] } }]))
  await expect.element(page.getByRole('button', { name: 'Save' })).toBeDisabled()
  expect(page.getByText('newer file').elements()).toEqual([])
})

test('after a conflict, the newer file can be loaded; undo brings the edits back, and they can be saved', async () => {
  const { file, page, press } = await openTaken()
  await press('Take the newer file')
  await expect.element(page.getByText('theirs', { exact: true })).toBeVisible()
  await expect.element(page.getByRole('button', { name: 'Save' })).toBeDisabled()
  await press('Undo')
  await press('Save')
  await waitFor(() => expect(file.rules).toMatchObject([{ hide: { id: ['mug'] } }]))
})

test('a second press on Save while the first save is under way is no conflict', async () => {
  const { page, press, save } = await open()
  await press('Hide: mug')
  const button = page.getByRole('button', { name: 'Save' }).element() as HTMLElement
  button.click()
  await Promise.resolve()
  button.click()
  await expect.element(page.getByText(/^Saved to/)).toBeVisible()
  expect(save).toHaveBeenCalledOnce()
})

test('each product has the price that it has on the chosen day', async () => {
  const { page } = await open()
  const [mug] = page.getByText(/£5\.00/).elements()
  await page.getByLabelText('On the day').fill('2040-03-02')
  await waitFor(() => expect(mug.textContent).toContain('£3.00'))
  await page.getByLabelText('On the day').fill('2040-03-03')
  await waitFor(() => expect(mug.textContent).toContain('£5.00'))
})

test('if a list was empty before the changes, the page does not say that the changes emptied it', async () => {
  const { page } = await open({ recommend: [] })
  const empty = page.getByText('This list is empty')
  await waitFor(() => expect(empty.elements().length).toBeGreaterThan(0))
  expect(new Set(empty.elements().map((one) => one.textContent))).toEqual(
    new Set(['This list is empty.']),
  )
})

test('a rule gives products a badge, but not in a search', async () => {
  const { file, page, press } = await open()
  await page.getByLabelText('What it does').selectOptions('Show a badge')
  await page.getByLabelText('Text of the badge').fill('x'.repeat(25))
  await page.getByLabelText('Price to').fill('9')
  await press('Add the rule')
  await expect.element(page.getByText('have at most 24')).toBeVisible()
  await page.getByLabelText('Text of the badge').fill('New')
  await page.getByLabelText('In the lists').selectOptions('Search results')
  await page.getByLabelText('Queries, separated by commas').fill('mug')
  await press('Add the rule')
  await expect.element(page.getByText('show no badges')).toBeVisible()
  await page.getByLabelText('In the lists').selectOptions('All lists')
  await press('Add the rule')
  await press('Save')
  await waitFor(() => expect(file.rules).toHaveLength(1))
  expect(file.rules).toMatchObject([{ badge: { price: { to: 9 } }, text: 'New' }])
})

test('an edit of a search’s results applies to that query only; a rule can lead a search to a page', async () => {
  const { file, page, press } = await open()
  await page.getByLabelText('The result of a search').fill('tea tin')
  page.getByLabelText('On the day').element().focus()
  await expect.element(page.getByText('Shoppers who search for this go to /help')).toBeVisible()
  await press('Boost: tin')
  await page.getByLabelText('What it does').selectOptions('Lead a search to a page')
  await page.getByLabelText('Page', { exact: true }).fill('//evil.example')
  await page.getByLabelText('Queries, separated by commas').fill('returns, return policy')
  await press('Add the rule')
  await expect.element(page.getByText('Enter a path of the shop, such as /returns.')).toBeVisible()
  await page.getByLabelText('Page', { exact: true }).fill('/returns')
  await press('Add the rule')
  await press('Save')
  await waitFor(() => expect(file.rules).toHaveLength(2))
  expect(file.rules).toMatchObject([
    { when: { search: ['tea tin'] }, boost: { id: ['tin'] }, by: 3 },
    { when: { search: ['returns', 'return policy'] }, redirect: '/returns' },
  ])
})
