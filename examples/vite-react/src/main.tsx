import { createPersonalizer, type Item, type Personalizer } from 'nearside'
import { PersonalizationPanel, PersonalizationProvider, Recommendations } from 'nearside/react'
import 'nearside/styles.css'
import { StrictMode, useEffect, useState } from 'react'
import { createRoot } from 'react-dom/client'

// The page needs the products for its cards: given their address as well, the device would load them again.
const loading = fetch('/catalog/catalog.json').then((got) => got.json() as Promise<Item[]>)
const starting = loading.then((catalog) =>
  createPersonalizer({
    catalog,
    baseModel: '/models',
    // A shop that asks its shoppers leaves this out: GETTING-STARTED, “Ask before anything is stored”.
    persist: 'always',
    worker: () => new Worker(new URL('nearside/worker', import.meta.url), { type: 'module' }),
  }),
)

function Shop() {
  const [items, setItems] = useState<Item[]>([])
  const [personalizer, setPersonalizer] = useState<Personalizer | null>(null)
  useEffect(() => {
    Promise.all([loading, starting]).then(([catalog, started]) => {
      setItems(catalog)
      setPersonalizer(started)
    })
  }, [])
  return (
    <PersonalizationProvider
      personalizer={personalizer}
      items={items}
      linkTo={({ id }) => `#${id}`}
    >
      <Recommendations
        limit={8}
        onSelect={({ id }) => personalizer?.capture({ name: 'view_item', item_id: id })}
      />
      <PersonalizationPanel />
    </PersonalizationProvider>
  )
}

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <Shop />
  </StrictMode>,
)
