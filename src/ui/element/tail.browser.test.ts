/** @module Tests that a page shows and finds the products of a large catalog that a device loads when needed. */
import { createPersonalizer } from '@nearside/browser/page/createPersonalizer.ts'
import { deviceInPage, workerEnvironment } from '@nearside/browser/worker/serve.ts'
import { tailShop } from '@nearside/browser/worker/testTail.ts'
import { TEST_MODEL_URL, TestServer } from '@nearside/core/model/testShop.ts'
import { waitFor } from '@nearside/core/testPatience.ts'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { provide } from './provided.ts'
import './recommendations.ts'
import './search.ts'

let shop: Awaited<ReturnType<typeof tailShop>>
beforeAll(async () => {
  shop = await tailShop()
})

/** Opens a page with the catalog's first part (head), and shows an element. */
async function open(markup: string) {
  const server = new TestServer(new Map(shop.files))
  const thread = deviceInPage({ ...workerEnvironment, fetch: server.fetch })
  const personalizer = await createPersonalizer({
    ...{ catalog: shop.head, baseModel: TEST_MODEL_URL, persist: 'never' },
    worker: () => thread as Worker,
  })
  onTestFinished(() => {
    document.body.replaceChildren()
    personalizer.close()
  })
  provide({ personalizer, items: shop.head, linkTo: ({ id }) => `#${id}` })
  document.body.innerHTML = markup
  const root = document.querySelector('main')?.firstElementChild?.shadowRoot as ShadowRoot
  const shown = () =>
    [...root.querySelectorAll<HTMLElement>('[data-item]')].map(({ dataset }) => dataset.item)
  return { root, shown }
}

const unpopular = () => shop.shards.at(-1)?.ids.at(-1) ?? ''

test('a category’s list shows cards of products that the page lacked', async () => {
  const department = shop.catalog.find(({ id }) => id === unpopular())?.category
  const limit = shop.catalog.length
  const { shown } = await open(
    `<main><nearside-recommendations category="${department}" limit="${limit}"></nearside-recommendations></main>`,
  )
  await waitFor(() => expect(shown()).toContain(unpopular()))
  expect(new Set(shown())).toEqual(
    new Set(shop.catalog.filter(({ category }) => category === department).map(({ id }) => id)),
  )
})

test('a search finds a product that the page lacked, once the shopper has pressed Enter', async () => {
  const { root, shown } = await open('<main><nearside-search></nearside-search></main>')
  const box = root.querySelector('input[type=search]') as HTMLInputElement
  const [, number] = unpopular().split(' ')
  box.value = number
  box.dispatchEvent(new Event('input'))
  box.form?.requestSubmit()
  await waitFor(() => expect(shown()).toEqual([unpopular()]))
})
