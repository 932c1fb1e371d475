import { createFakePersonalizer } from '@nearside/ui/react/testPersonalizer.ts'
import { afterEach, expect, test } from 'vitest'
import { render } from 'vitest-browser-react'
import { PersonalizationProvider } from '../react.ts'
import { order } from './preferences.ts'
import { useSteadyOrder } from './useSteadyOrder.ts'

const ITEMS = ['tea', 'cake', 'bird'].map((id) => ({ id, category: id }))
const IDS = ITEMS.map(({ id }) => id)

function Shelf() {
  const { ids, settled } = useSteadyOrder('all', IDS)
  return <p>{`${ids.join(' ')}${settled ? '' : ' …'}`}</p>
}

afterEach(() => order.set('personal'))

test('when the shopper switches to the shop’s ranking of products, the old ranking stays on screen until the new one is known', async () => {
  const personalizer = createFakePersonalizer(ITEMS)
  await personalizer.capture({ name: 'view_item', item_id: 'bird' })
  const screen = await render(
    <PersonalizationProvider personalizer={personalizer} items={ITEMS}>
      <Shelf />
    </PersonalizationProvider>,
  )
  await expect.element(screen.getByText('bird tea cake', { exact: true })).toBeVisible()
  personalizer.hold(true)
  order.set('base')
  // Until the new ranking is known, the products stay in the old one.
  await expect.element(screen.getByText('bird tea cake', { exact: true })).toBeVisible()
  personalizer.hold(false)
  personalizer.release(0)
  await expect.element(screen.getByText('tea cake bird', { exact: true })).toBeVisible()
  order.set('personal')
  await expect.element(screen.getByText('bird tea cake', { exact: true })).toBeVisible()
})

test('after “back”, a page shows its products as last shown, unless the device has forgotten something since', async () => {
  const personalizer = createFakePersonalizer(ITEMS)
  await personalizer.capture({ name: 'view_item', item_id: 'bird' })
  const open = () =>
    render(
      <PersonalizationProvider personalizer={personalizer} items={ITEMS}>
        <Shelf />
      </PersonalizationProvider>,
    )
  history.replaceState({ key: 'erased' }, '')
  const first = await open()
  await expect.element(first.getByText('bird tea cake', { exact: true })).toBeVisible()
  await first.unmount()
  await personalizer.capture({ name: 'view_item', item_id: 'cake' })
  await personalizer.capture({ name: 'view_item', item_id: 'cake' })
  const back = await open()
  await expect.element(back.getByText('bird tea cake', { exact: true })).toBeVisible()
  await back.unmount()
  await personalizer.erase()
  const empty = await open()
  await expect.element(empty.getByText('tea cake bird', { exact: true })).toBeVisible()
  history.replaceState(null, '')
})
