import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Item } from '../../src/core/catalog/item.ts'
import { readCatalog } from '../../src/train/shop/read.ts'
import { draw, type IconSet } from './draw.ts'
import { fileName, lookOf } from './look.ts'
import { packOf } from './pack.ts'
import { SHAPES } from './shapes.ts'
import words from './words.json' with { type: 'json' }

let icons: IconSet
beforeAll(async () => {
  const path = createRequire(import.meta.url).resolve('@iconify-json/fluent-emoji-flat/icons.json')
  const file = JSON.parse(await readFile(path, 'utf8')) as {
    icons: Record<string, { body: string }>
  }
  icons = new Map(Object.entries(file.icons).map(([name, { body }]) => [name, body]))
})

describe('lookOf', () => {
  test.each([
    ['White Hanging Heart T-Light Holder', 'tlight', 'white', 'hearts', 'red-heart'],
    ['Red Retrospot Mug', 'mug', 'red', 'spots', undefined],
    ['Strawberry Lunch Box with Cutlery', 'lunchbox', 'red', undefined, 'strawberry'],
    ['Jumbo Bag Pink Polka Dot', 'shopper', 'pink', 'spots', undefined],
    ['Lunch Bag Black Skull', 'lunchbag', 'black', undefined, 'skull'],
    ['Blue Stripe Ceramic Drawer Knob', 'knob', 'blue', 'stripes', undefined],
    ['Regency Cake Stand 3 Tier', 'cakestand', 'green', 'lace', undefined],
    ['Doormat Union Flag', 'doormat', 'blue', undefined, 'union-jack'],
    ['Number Tile Cottage Garden 3', 'keycap-3', 'green', 'flowers', undefined],
  ])('%s is a %s in %s', (title, picture, palette, pattern, motif) => {
    const look = lookOf(title, undefined)
    expect(look.picture.name).toBe(picture)
    expect(look.palette.name).toBe(palette)
    expect(look.pattern).toBe(pattern)
    expect(look.motif).toBe(motif)
    expect(look.fromTitle).toBe(true)
  })

  test('falls back to the category, and then to a gift', () => {
    expect(lookOf('Xyzzy', 'Garden & Picnic')).toMatchObject({
      picture: { name: 'potted-plant' },
      fromTitle: false,
    })
    expect(lookOf('', undefined).picture.name).toBe('wrapped-gift')
  })
})

describe('draw', () => {
  let catalog: Item[]
  beforeAll(async () => {
    const shop = new URL('../../data/online-retail/catalog.jsonl.gz', import.meta.url)
    catalog = await readCatalog(fileURLToPath(shop))
  })

  test('every icon of the tables is in the set', () => {
    const missing = [...Object.keys(words.icons), ...Object.keys(words.motifs)].filter(
      (name) => !icons.has(name) && name !== 'union-jack',
    )
    expect(missing).toEqual([])
  })

  test('every shape of the tables is drawn, with a place for what is printed on it', () => {
    const named = new Set([...Object.keys(words.shapes), ...Object.keys(words.vague)])
    expect([...named].filter((name) => !(name in SHAPES))).toEqual([])
    for (const [name, { body, print }] of Object.entries(SHAPES)) {
      expect(body, name).toMatch(/^M/)
      expect(
        print.map((part) => typeof part),
        name,
      ).toEqual(['number', 'number', 'number'])
    }
  })

  test('every product has a picture of under 8 KB, nearly all by the title', () => {
    const looks = catalog.map(({ title = '', category }) => lookOf(title, category))
    const files = new Map(looks.map((look) => [fileName(look), draw(look, icons)]))
    for (const [name, svg] of files) {
      expect(name).toMatch(/^[a-z0-9-]+\.svg$/)
      expect(svg.length, name).toBeLessThan(8192)
      expect(svg, name).not.toMatch(/undefined|NaN|"[MDPI]"|<script|href="http/)
      for (const [, id] of svg.matchAll(/url\(#([^)]+)\)/g))
        expect(svg.split(`id="${id}"`), `${name} ${id}`).toHaveLength(2)
    }
    expect(looks.filter(({ fromTitle }) => fromTitle).length / looks.length).toBeGreaterThan(0.95)
    expect(files.size).toBeGreaterThan(1000)
  })

  test('one pack holds every picture to the byte, in less than a fifth of their size', () => {
    const looks = catalog.map(({ title = '', category }) => lookOf(title, category))
    const svgs = new Map(looks.map((look) => [fileName(look), draw(look, icons)]))
    const { pieces, pictures } = packOf(svgs)
    for (const [name, svg] of svgs)
      expect(`${pictures[name].map((place) => pieces[place]).join('\n')}\n`).toBe(svg)
    const size = JSON.stringify({ pieces, pictures }).length
    expect(size).toBeLessThan([...svgs.values()].join('').length / 5)
  })

  test('the same look has the same name and bytes', () => {
    const [a, b] = ['Red Retrospot Mug', 'Mug Red Retrospot'].map((title) =>
      lookOf(title, undefined),
    )
    expect(fileName(a)).toBe(fileName(b))
    expect(draw(a, icons)).toBe(draw(b, icons))
  })
})
