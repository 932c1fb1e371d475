import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Item } from 'nearside'
import { readBaseLists } from 'nearside/ssr'
import { Shop } from './shop'

/** The policy's nonce is made anew for every request. */
export const dynamic = 'force-dynamic'

const read = (path: string) => readFile(join(process.cwd(), 'public', path))

async function load() {
  const catalog: Item[] = JSON.parse(await read('catalog/catalog.json').then(String))
  return {
    catalog,
    lists: await readBaseLists({ read: (path) => read(`models/${path}`), catalog }),
  }
}

let loading: ReturnType<typeof load> | undefined

/** What sells, rendered here; the browser takes over and improves it. */
export default async function Page() {
  loading ??= load()
  const { catalog, lists } = await loading
  const ids = lists.recommend({ limit: 8 }).map(({ id }) => id)
  return (
    <main>
      <h1>Gifts</h1>
      <Shop initialIds={ids} initialItems={catalog.filter(({ id }) => ids.includes(id))} />
    </main>
  )
}
