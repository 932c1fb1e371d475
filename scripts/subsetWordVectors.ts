/**
 * @module Reduces a set of word vectors to the words of one shop's catalog, so that the shop can
 * ship them: `tsx scripts/subsetWordVectors.ts FROM_DIR SHOP_DIR TO_DIR`.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { titleWords } from '@nearside/core/model/content.ts'
import { orderedWords } from '@nearside/storefront/headPhrase.ts'
import { packFile } from '@nearside/train/shop/packFile.ts'
import { readShop } from '@nearside/train/shop/read.ts'
import { readWordVectors } from '@nearside/train/wordVectors.ts'

const [from, shopFolder, to] = process.argv.slice(2)
if (!to) throw new Error('usage: tsx scripts/subsetWordVectors.ts FROM_DIR SHOP_DIR TO_DIR')

const { words, vectors, dimension } = await readWordVectors(from)
const { items } = await readShop(shopFolder)
const wanted = new Set(
  items.flatMap(({ title = '', category = '' }) => {
    const text = `${title} ${category}`
    return [...orderedWords(text), ...titleWords(text)]
  }),
)
const rows = words.flatMap((word, row) => (wanted.has(word) ? [row] : []))
const bytes = Buffer.alloc(rows.length * dimension * 4)
for (const [i, row] of rows.entries())
  for (let d = 0; d < dimension; d++)
    bytes.writeFloatLE(vectors[row * dimension + d], (i * dimension + d) * 4)
await mkdir(to, { recursive: true })
await writeFile(join(to, 'words.txt'), `${rows.map((row) => words[row]).join('\n')}\n`)
await packFile(to, 'vectors.f32le', [bytes])
console.log(`${rows.length} of ${wanted.size} words have a vector (${dimension} numbers each)`)
