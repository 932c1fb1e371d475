/** @module Counts the messages of one click between the page and its worker, with a real worker and widgets. */

import { TestPage } from '@nearside/browser/page/testPage.ts'
import { testCatalog } from '@nearside/core/model/testShop.ts'
import { waitFor } from '@nearside/core/testPatience.ts'
import { afterEach, expect, test } from 'vitest'
import { render } from 'vitest-browser-react'
import { PersonalizationProvider } from './PersonalizationProvider.tsx'
import { useRerank } from './useList.ts'
import { Recommendations, RelatedItems } from './widgets.tsx'

interface Posted {
  readonly kind: string
  readonly name?: string
  readonly id?: number
}

const page = new TestPage()
afterEach(page.end)

function Category({ ids }: { readonly ids: readonly string[] }) {
  return <p data-testid="category">{useRerank(ids).ids.join(' ')}</p>
}

test('a click needs three messages between page and worker until all lists are up to date', async () => {
  const crossings: string[] = []
  const worker = () => {
    const made = page.makeWorker()
    const post = made.postMessage.bind(made)
    // A page pings a worker that is silent for a while, e.g. on a busy machine. These pings don't belong to the click.
    const pings = new Set<number>()
    made.postMessage = (message: Posted) => {
      if (message.name === 'ping') pings.add(message.id ?? 0)
      else crossings.push(`> ${message.name ?? message.kind}`)
      post(message)
    }
    made.addEventListener('message', ({ data }) => {
      if (!pings.has(data.id)) crossings.push(`< ${data.kind}`)
    })
    return made
  }
  const personalizer = await page.start(page.newDatabase(), { worker, strategy: 'batch' })
  const ids = ['item-0', 'item-1', 'item-4', 'item-8', 'item-31']
  const screen = await render(
    <PersonalizationProvider personalizer={personalizer} items={testCatalog}>
      <Recommendations limit={4} title="For you" />
      <Recommendations limit={4} category="mugs" title="Mugs" />
      <RelatedItems item="item-3" limit={4} />
      <Category ids={ids} />
    </PersonalizationProvider>,
  )
  const shown = (title: string) =>
    [...screen.getByRole('region', { name: title }).element().querySelectorAll('[data-item]')].map(
      (card) => (card as HTMLElement).dataset.item,
    )
  const category = () => screen.getByTestId('category').element().textContent
  await waitFor(() => expect(shown('For you')[0]).toBe('item-31'))
  await waitFor(() => expect(category()).toMatch(/^item-31/))
  await waitFor(() => expect(personalizer.getSnapshot().tab).toBe('leader'))
  expect(crossings.filter((crossing) => crossing === '> watch')).toHaveLength(1)

  crossings.length = 0
  await personalizer.capture({ name: 'view_item', item_id: 'item-0' })
  await waitFor(() => {
    expect(shown('For you')[0]).toBe('item-4')
    expect(shown('Mugs')[0]).toBe('item-4')
    expect(category()).toMatch(/^item-4 /)
  })
  expect(crossings.toSorted()).toEqual(['< result', '< snapshot', '> capture'])
})
