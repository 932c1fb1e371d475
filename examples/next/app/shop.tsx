'use client'
import { createPersonalizer, type Item, type Personalizer } from 'nearside'
import { PersonalizationProvider, Recommendations, usePersonalization } from 'nearside/react'
import { useEffect, useState } from 'react'

let starting: Promise<[Item[], Personalizer]> | undefined

function start() {
  starting ??= Promise.all([
    fetch('/catalog/catalog.json').then((got) => got.json()),
    createPersonalizer({
      catalog: '/catalog/catalog.json',
      baseModel: '/models',
      // A shop that asks its shoppers leaves this out: GETTING-STARTED, “Ask before anything is stored”.
      persist: 'always',
      worker: () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }),
    }),
  ])
  return starting
}

const linkTo = ({ id }: Item) => `#${id}`

interface ShopProps {
  initialIds: string[]
  initialItems: Item[]
}

export function Shop({ initialIds, initialItems }: ShopProps) {
  const [items, setItems] = useState(initialItems)
  const [personalizer, setPersonalizer] = useState<Personalizer | null>(null)
  useEffect(() => {
    start().then(([catalog, started]) => {
      setItems(catalog)
      setPersonalizer(started)
    })
  }, [])
  return (
    <PersonalizationProvider personalizer={personalizer} items={items} linkTo={linkTo}>
      <Recommendations
        limit={8}
        initialItems={initialIds}
        onSelect={({ id }) => personalizer?.capture({ name: 'view_item', item_id: id })}
      />
      <Status />
    </PersonalizationProvider>
  )
}

function Status() {
  const { engine } = usePersonalization()
  return <p id="status">{engine ? `Learned with ${engine.name}.` : 'Ranked on this device.'}</p>
}
