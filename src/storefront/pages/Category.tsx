/** @module `/category/:name`: a department's products, ranked for the shopper, with filters and sorting. */
import { useMemo } from 'react'
import { type Department, departmentText, soldFirst } from '../catalog.ts'
import { Assortment } from '../parts/Assortment.tsx'
import { Page } from '../parts/Page.tsx'
import { order } from '../preferences.ts'
import { useShop } from '../shop.ts'
import { useSignal } from '../signal.ts'
import { useSteadyOrder } from '../useSteadyOrder.ts'
import { words } from '../words/words.ts'
import { NotFound } from './NotFound.tsx'

export function Category({ name }: { readonly name: string }) {
  const { catalog } = useShop()
  const department = catalog.department(name)
  return department ? <Shelves key={name} department={department} /> : <NotFound />
}

function Shelves({ department }: { readonly department: Department }) {
  const { catalog, unavailable } = useShop()
  const personal = useSignal(order)
  const ids = useMemo(() => department.items.map((item) => item.id), [department])
  const ranked = useSteadyOrder(department.name, ids, true)
  const items = useMemo(
    () => ranked.ids.flatMap((id) => catalog.get(id) ?? []).sort(soldFirst),
    [ranked.ids, catalog],
  )
  return (
    <Page title={departmentText(department.name)}>
      <Assortment
        items={items}
        order={personal === 'personal' ? words('forYou') : words('everyonesOrder')}
        label={departmentText(department.name)}
        settled={unavailable || ranked.settled}
        ranked={ranked.ranked}
      />
    </Page>
  )
}
