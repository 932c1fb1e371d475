import { wordsIn } from '@nearside/browser/page/words.ts'
import type { Item } from '@nearside/core/catalog/item.ts'
import { searchAmong } from '@nearside/core/search/searchAmong.ts'
import { waitFor } from '@nearside/core/testPatience.ts'
import axe from 'axe-core'
import { StrictMode } from 'react'
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { render } from 'vitest-browser-react'
import { SEARCH_GERMAN } from '../../german.ts'
import { SEARCH_ENGLISH } from '../messages/search.ts'
import { PersonalizationProvider } from '../react/PersonalizationProvider.tsx'
import { createFakePersonalizer, type FakePersonalizer } from '../react/testPersonalizer.ts'
import { defaultGroups } from './defaultGroups.ts'
import { Facets } from './Facets.tsx'
import { SearchBox } from './SearchBox.tsx'
import { useFacets } from './useFacets.ts'

const ITEMS: readonly Item[] = [
  {
    id: 'tin',
    title: 'Cake tin',
    price: 4.95,
    currency: 'EUR',
    category: 'Kitchen',
    brand: 'Nord',
  },
  { id: 'mug', title: 'Tea mug', price: 2.5, currency: 'EUR', category: 'Kitchen', brand: 'Nord' },
  {
    id: 'wick',
    title: 'Tea light',
    price: 1.25,
    currency: 'EUR',
    category: 'Candles',
    brand: 'Nord',
  },
  { id: 'glow', title: 'Lantern', price: 19, category: 'Candles', brand: 'Nord', available: false },
]
const search = searchAmong(ITEMS)
const CATEGORIES = ['Kitchen', 'Candles']

let personalizer: FakePersonalizer
beforeEach(() => {
  personalizer = createFakePersonalizer(ITEMS)
})

function show(children: React.ReactNode) {
  return render(
    <StrictMode>
      <PersonalizationProvider personalizer={personalizer} items={ITEMS}>
        {children}
      </PersonalizationProvider>
    </StrictMode>,
  )
}

async function findings(root: Element): Promise<readonly string[]> {
  const { violations } = await axe.run(root)
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`)
}

test('Enter goes where a rule of the shop leads, otherwise to the results', async () => {
  const rules = [{ name: 'r', when: { search: ['return policy'] }, redirect: '/returns' }]
  const ruled = searchAmong(ITEMS, { rules })
  const navigate = vi.fn()
  const screen = await show(<SearchBox search={ruled} navigate={navigate} />)
  const box = screen.getByRole('combobox')
  await box.fill('Return policy')
  await userEvent.keyboard('{Enter}')
  await vi.waitFor(() => expect(navigate.mock.calls).toEqual([['/returns']]))
  await box.fill('tea')
  await userEvent.keyboard('{Enter}')
  await vi.waitFor(() => expect(navigate.mock.lastCall).toEqual(['/search?q=tea']))
})

test('a late answer to Enter opens no page if the shopper has opened another page or typed on', async () => {
  const answers: (() => void)[] = []
  const slow: typeof search = (question) =>
    question.limit === 0 && question.suggestions === undefined
      ? new Promise((resolve) => answers.push(() => resolve(search(question))))
      : search(question)
  const navigate = vi.fn()
  const screen = await show(<SearchBox search={slow} navigate={navigate} />)
  const box = screen.getByRole('combobox')
  const enter = async (text: string) => {
    await box.fill(text)
    await userEvent.keyboard('{Enter}')
  }
  const here = location.href
  onTestFinished(() => history.replaceState(null, '', here))
  await enter('mug')
  history.replaceState(null, '', '#another-page')
  await enter('tea')
  await box.fill('tea li')
  await enter('tea light')
  await vi.waitFor(() => expect(answers).toHaveLength(3))
  for (const answer of answers) answer()
  await vi.waitFor(() => expect(navigate).toHaveBeenCalled())
  expect(navigate.mock.calls).toEqual([['/search?q=tea+light']])
})

test('a search that finds nothing suggests the same search without its price', async () => {
  const screen = await show(<SearchBox search={search} categories={CATEGORIES} />)
  await screen.getByRole('combobox').fill('tea under 1 euro')
  await expect.element(screen.getByRole('option', { name: 'tea', exact: true })).toBeVisible()
  await expect.element(screen.getByRole('option', { name: 'Candles' })).toBeVisible()
})

test('an empty search box suggests recent searches; a box with text suggests searches, categories and products with links', async () => {
  await personalizer.capture({ name: 'search', search_term: 'lantern' })
  const screen = await show(<SearchBox search={search} categories={CATEGORIES} />)
  const box = screen.getByRole('combobox', { name: 'Search products' })
  await expect.element(box).toHaveAttribute('aria-expanded', 'false')
  await box.click()
  await expect.element(screen.getByRole('option', { name: 'lantern' })).toBeVisible()
  expect(await findings(screen.container)).toEqual([])
  await box.fill('te')
  await expect.element(screen.getByRole('option', { name: /^Tea mug/ })).toBeVisible()
  const links = screen.getByRole('option').elements() as HTMLAnchorElement[]
  expect(links.map((link) => link.getAttribute('href'))).toEqual([
    '/search?q=tea',
    ...['mug', 'wick'].map((id) => `/product/${id}`),
  ])
  await box.fill('kitch')
  await expect.element(screen.getByRole('option', { name: 'Kitchen', exact: true })).toBeVisible()
  await userEvent.keyboard('{ArrowDown}')
  const first = screen.getByRole('option').first()
  await expect.element(first).toHaveAttribute('aria-selected', 'true')
  await expect.element(box).toHaveAttribute('aria-activedescendant', first.element().id)
  expect(await findings(screen.container)).toEqual([])
  await userEvent.keyboard('{Escape}')
  await expect.element(box).toHaveAttribute('aria-expanded', 'false')
})

test('in a search box, keys choose an option or start a search, the shop navigates, and no event is captured', async () => {
  const navigate = vi.fn<(href: string) => void>()
  const onSelect = vi.fn<(item: Item) => void>()
  const screen = await show(<SearchBox search={search} navigate={navigate} onSelect={onSelect} />)
  const box = screen.getByRole('combobox')
  await box.click()
  // Without recent searches and categories, the box has no list at all.
  await expect.element(box).toHaveAttribute('aria-expanded', 'false')
  await userEvent.keyboard('{Enter}')
  expect(navigate).not.toHaveBeenCalled()
  await box.fill('mug')
  await expect.element(screen.getByRole('option', { name: /^Tea mug/ })).toBeVisible()
  await userEvent.keyboard('{ArrowUp}{Enter}')
  expect(navigate.mock.lastCall).toEqual(['/product/mug'])
  expect(onSelect.mock.lastCall?.[0].id).toBe('mug')
  await expect.element(box).toHaveValue('')
  await box.fill('cake & tea')
  await userEvent.keyboard('{Enter}')
  expect(navigate.mock.lastCall).toEqual(['/search?q=cake+%26+tea'])
  expect(personalizer.captured).toEqual([])
})

test('if the page itself shows results, the box makes no suggestions and shows the page’s query', async () => {
  const typed: string[] = []
  const onType = (text: string) => void typed.push(text)
  const screen = await show(<SearchBox search={search} query="tea" onType={onType} />)
  const box = screen.getByRole('combobox')
  await expect.element(box).toHaveValue('tea')
  await box.fill('mug')
  expect(typed).toEqual(['mug'])
  await expect.element(box).toHaveAttribute('aria-expanded', 'false')
})

test('if the search is not ready or finds nothing, the box says so in the shop’s language', async () => {
  const screen = await show(<SearchBox search={null} labels={SEARCH_GERMAN} />)
  await screen.getByRole('combobox', { name: 'Artikel suchen' }).fill('xqzwvk')
  await expect.element(screen.getByText('Es wird gesucht …')).toBeVisible()
  await screen.rerender(
    <PersonalizationProvider personalizer={personalizer} items={ITEMS}>
      <SearchBox search={search} labels={SEARCH_GERMAN} />
    </PersonalizationProvider>,
  )
  await screen.getByRole('combobox', { name: 'Artikel suchen' }).fill('xqzwvk')
  await expect.element(screen.getByText('Kein Artikel passt zu „xqzwvk“.')).toBeVisible()
})

function Narrowed() {
  const { items, ...facets } = useFacets(ITEMS)
  return (
    <>
      <Facets {...facets} />
      <output>{items.map(({ id }) => id).join(' ')}</output>
    </>
  )
}

test('price filters compare only prices in the currency of most items', () => {
  const mixed = [...ITEMS, { id: 'yen', title: 'Bowl', price: 20, currency: 'JPY' }]
  const groups = defaultGroups(mixed, wordsIn(SEARCH_ENGLISH, 'en'), 'en')
  const price = groups.find(({ name }) => name === 'price')
  const matching = (id: string) =>
    price?.options.filter(({ value }) =>
      price.matches(mixed.find((one) => one.id === id) ?? mixed[0], value),
    )
  expect(matching('glow')).toHaveLength(1)
  expect(matching('yen')).toEqual([])
})

test('the filters of a list show the properties in which its items differ, with correct counts', async () => {
  await page.viewport(1000, 800)
  const screen = await show(<Narrowed />)
  const groups = () => screen.getByRole('group').elements()
  await waitFor(() =>
    expect(groups().map((group) => group.querySelector('legend')?.textContent)).toEqual([
      'Category',
      'Price',
      'Availability',
    ]),
  )
  const left = () => screen.container.querySelector('output')?.textContent
  await screen.getByRole('checkbox', { name: 'Candles 2 products' }).click()
  expect(left()).toBe('wick glow')
  await screen.getByRole('checkbox', { name: 'In stock 1 product' }).click()
  expect(left()).toBe('wick')
  await expect
    .element(screen.getByRole('checkbox', { name: 'Kitchen 2 products' }))
    .not.toBeChecked()
  expect(await findings(screen.container)).toEqual([])
  await screen.getByRole('checkbox', { name: 'In stock 1 product' }).click()
  expect(left()).toBe('wick glow')
  await screen.getByRole('button', { name: 'Clear all' }).click()
  expect(left()).toBe('tin mug wick glow')
  // On a narrow screen, a button unfolds the choices.
  await page.viewport(400, 800)
  expect(groups()).toEqual([])
  const fold = screen.getByRole('button', { name: 'Filter' })
  await fold.click()
  await expect.element(fold).toHaveAttribute('aria-expanded', 'true')
  await screen.getByRole('checkbox', { name: 'Kitchen 2 products' }).click()
  await expect.element(screen.getByRole('button', { name: 'Filter (1 selected)' })).toBeVisible()
})
