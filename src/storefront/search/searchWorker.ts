/**
 * @module The search in a worker, so that a slow phone stays responsive while the index is built and searched. For a
 * visit that begins with a search, the worker also provides products and pictures, before the page has read the
 * catalog or the pictures.
 */
import type { Item } from '../../index.ts'
import { type PackLine, svgOf, unpack } from '../picturePack.ts'
import { searchHere } from './here.ts'
import type { FoundFirst, ToSearch } from './searchThread.ts'

/** The search doesn't pause between slices, because this worker has no other work. */
const go = () => Promise.resolve()

async function read(name: string): Promise<unknown> {
  // biome-ignore lint/style/noRestrictedGlobals: the shop's own catalog, not the package's traffic
  return (await fetch(`${import.meta.env.BASE_URL}catalog/${name}.json`)).json()
}

const items = read('catalog') as Promise<readonly Item[]>
const searches = items.then((all) => searchHere(all, go))
// The index is built before the first query.
void searches.then((searchIn) => searchIn(self.name.endsWith(' de')))

async function answer({ question, german, first }: ToSearch): Promise<FoundFirst> {
  const packed = first > 0 ? read('pictures') : null
  const search = await (await searches)(german)
  const found = await search(question)
  if (!packed) return found
  const byId = new Map((await items).map((item) => [item.id, item]))
  const hits = found.hits.flatMap(({ id }) => byId.get(id) ?? [])
  const pack = unpack((await packed) as PackLine[])
  const names = hits
    .slice(0, first)
    .map(({ image = '' }) => image.slice(image.lastIndexOf('/') + 1))
  const pictures = names.map((name) => [name, svgOf(pack, name)] as const)
  return { ...found, items: hits, pictures }
}

addEventListener('message', ({ data, ports }: MessageEvent<ToSearch>) => {
  answer(data).then(
    (found) => ports[0].postMessage(found),
    // The worker tells the page that its search failed; the page then searches without the worker.
    () => ports[0].postMessage(null),
  )
})
