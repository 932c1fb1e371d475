/**
 * @module `tsx scripts/images.ts`: draws the demo shop's product pictures and writes the catalog that the browser
 * loads. Its outputs are not in git: `public/catalog/images`, `pictures.json` (all pictures in one file) and
 * `history.json` (from the orders).
 */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import type { Item } from '@nearside/core/catalog/item.ts'
import { readCatalog } from '@nearside/train/shop/read.ts'
import { readCatalogRules } from './demoCatalog/catalogRules.ts'
import { historiesOf, type Purchase } from './demoCatalog/history.ts'
import { draw } from './pictures/draw.ts'
import { fileName, lookOf } from './pictures/look.ts'
import { packOf } from './pictures/pack.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const images = join(root, 'public/catalog/images')

interface IconFile {
  readonly icons: Readonly<Record<string, { readonly body: string }>>
}
const iconPath = createRequire(import.meta.url).resolve(
  '@iconify-json/fluent-emoji-flat/icons.json',
)
const iconFile = JSON.parse(await readFile(iconPath, 'utf8')) as IconFile
const icons = new Map(Object.entries(iconFile.icons).map(([name, { body }]) => [name, body]))

const data = join(root, 'data/online-retail')
// Charges for delivery and packing have product numbers in the log. The model has these charges; the shop doesn't.
const { notForSale } = await readCatalogRules(join(data, 'rules.json'))
const catalog = (await readCatalog(join(data, 'catalog.jsonl.gz'))).filter(
  ({ title = '' }) => !notForSale.has(title),
)
const looks = catalog.map(({ title = '', category }) => lookOf(title, category))
const files = new Map(looks.map((look) => [fileName(look), look]))

await mkdir(images, { recursive: true })
for (const name of await readdir(images)) if (!files.has(name)) await rm(join(images, name))
// The files are sorted, because similar pictures compress better side by side.
const svgs = new Map([...files].sort().map(([name, look]) => [name, draw(look, icons)]))
for (const [name, svg] of svgs) await writeFile(join(images, name), svg)
await writeLines('pictures', packOf(svgs))

const items: Item[] = catalog.map((item, i) => ({
  ...item,
  image: `/catalog/images/${fileName(looks[i])}`,
}))
await writeLines('catalog', items)
await writeLines('history', historiesOf(await purchases()))

async function purchases(): Promise<Purchase[]> {
  const packed = await readFile(join(data, 'events.tsv.gz'))
  const [, ...lines] = gunzipSync(packed).toString().trimEnd().split('\n')
  return lines.map((line) => {
    const [, , item, time, order, , price] = line.split('\t')
    return { item, time, order, price: Number(price) }
  })
}

/** Writes one element per line, because the shop reads the file line by line. */
function writeLines(name: string, elements: readonly unknown[]): Promise<void> {
  const lines = elements.map((element) => JSON.stringify(element))
  return writeFile(join(root, `public/catalog/${name}.json`), `[\n${lines.join(',\n')}\n]\n`)
}

const fromTitle = looks.filter((look) => look.fromTitle).length
console.log(
  `${files.size} pictures for ${items.length} products; ` +
    `${((100 * fromTitle) / items.length).toFixed(1)} % by a word of the title`,
)
