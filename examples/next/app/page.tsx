import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Item } from 'nearside'
import { readBaseLists } from 'nearside/ssr'
import { connection } from 'next/server'
import { Suspense } from 'react'
import { Shop } from './shop'

const read = (path: string) => readFile(join(process.cwd(), 'public', path))

async function load() {
  const catalog: Item[] = JSON.parse(await read('catalog/catalog.json').then(String))
  return {
    catalog,
    lists: await readBaseLists({ read: (path) => read(`models/${path}`), catalog }),
  }
}

let loading: ReturnType<typeof load> | undefined

export default function Page() {
  return (
    <main>
      <h1>Gifts</h1>
      <Suspense fallback={null}>
        <Bestsellers />
      </Suspense>
    </main>
  )
}

/** What sells, rendered here; the browser takes over and improves it. */
async function Bestsellers() {
  await connection()
  loading ??= load()
  const { catalog, lists } = await loading
  const ids = lists.recommend({ limit: 8 }).map(({ id }) => id)
  return <Shop initialIds={ids} initialItems={catalog.filter(({ id }) => ids.includes(id))} />
}
