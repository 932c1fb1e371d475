import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { Item } from '@nearside/core/catalog/item.ts'
import { readCatalog } from '@nearside/train/shop/read.ts'
import { beforeAll, describe, expect, test } from 'vitest'
import { draw, type IconSet } from './draw.ts'
import { fileName, lookOf } from './look.ts'
import { packOf } from './pack.ts'
import { SHAPES } from './shapes.ts'
import words from './words.json' with { type: 'json' }

/** Icons that `draw.ts` adds to the set. */
const OWN_ICONS = ['union-jack', 'st-george', 'gingerbread-man']

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
    ['White Hanging Heart T-Light Holder', 'tlight', 'white', 'hearts', ['red-heart']],
    ['Red Retrospot Mug', 'mug', 'red', 'spots', []],
    ['Strawberry Lunch Box with Cutlery', 'lunchbox', 'red', undefined, ['strawberry']],
    ['Jumbo Bag Pink Polka Dot', 'shopper', 'pink', 'spots', []],
    ['Lunch Bag Black Skull', 'lunchbag', 'black', undefined, ['skull']],
    ['Blue Stripe Ceramic Drawer Knob', 'knob', 'blue', 'stripes', []],
    ['White Spot Blue Ceramic Drawer Knob', 'knob', 'blue-white', 'spots', []],
    ['Regency Cake Stand 3 Tier', 'cakestand3', 'green', 'lace', []],
    ['Doormat Union Flag', 'doormat', 'blue', undefined, ['union-jack']],
    ['Number Tile Cottage Garden 3', 'keycap-3', 'green', 'flowers', []],
    ['Set of 2 Tea Towels Apple and Pears', 'towel', 'green', undefined, ['pear', 'red-apple']],
  ])('lookOf: %s is a %s in %s', (title, picture, palette, pattern, motifs) => {
    const look = lookOf(title, undefined)
    expect(look.picture.name).toBe(picture)
    expect(look.palette.name).toBe(palette)
    expect(look.pattern).toBe(pattern)
    expect(look.motifs).toEqual(motifs)
    expect(look.fromTitle).toBe(true)
  })

  test.each([
    ['Wooden Rounders Garden Set', 'rounders'],
    ['Wooden Croquet Garden Set', 'croquet'],
    ['Box of 6 Mini Vintage Crackers', 'cracker'],
    ["Giant 50's Christmas Cracker", 'cracker'],
    ['Assorted Colour Bird Ornament', 'ornament'],
    ['Set of 3 Wooden Stocking Decoration', 'ornament'],
    ['Star Wooden Christmas Decoration', 'star'],
    ['3 Hearts Hanging Decoration Rustic', 'hanging'],
    ['Hanging Metal Heart Lantern', 'lantern'],
    ['Gardeners Kneeling Pad Keep Calm', 'kneelpad'],
    ['Clothes Pegs Retrospot Pack of 24', 'peg'],
    ['Ivory Kitchen Scales', 'kitchenscale'],
    ['Plasters in Tin Woodland Animals', 'plastertin'],
    ['Gingerbread Man Cookie Cutter', 'cutter'],
    ['Red Harmonica in Box', 'harmonica'],
    ['6 Ribbons Rustic Charm', 'ribbon'],
    ['Vintage Snap Cards', 'playingcards'],
    ['World War 2 Gliders Assorted Designs', 'small-airplane'],
    ['Wooden Box of Dominoes', 'domino'],
    ['Enamel Bread Bin Cream', 'breadbin'],
    ['Red Retrospot Small Milk Jug', 'jug'],
    ['Set of 6 School Milk Bottles in Crate', 'milkbottle'],
    ['Retrospot Red Washing Up Gloves', 'gloves'],
    ['Retrospot Cigar Box Matches', 'matchbox'],
    ['Potting Shed Tea Mug', 'mug'],
    ['Doormat Union Jack Guns and Roses', 'doormat'],
    ['Feather Pen, Light Pink', 'pencils'],
    ['Regency Tea Plate Roses', 'plate'],
    ['Vintage Heads and Tails Card Game', 'playingcards'],
    ['Vintage Donkey Tail Game', 'gamebox'],
    ['Set of 6 Posies Paper Cups', 'papercup'],
    ['Wrap Red Vintage Doily', 'wrap'],
    ['Set of 4 Badges Balloon Girl', 'pinbadge'],
    ['Set of 12 Mini Bunnies in a Bucket', 'rabbit-face'],
    ['Set of 6 Wooden Skittles in Cotton Bag', 'bowling'],
    ['Pink Owl Soft Toy', 'owl'],
    ['Glass Chalice Blue Small', 'wine-glass'],
    ['Flag of St George', 'st-george'],
  ])('lookOf: %s has a picture of its product', (title, picture) => {
    expect(lookOf(title, undefined).picture.name).toBe(picture)
  })

  test('lookOf takes size, number, material and setting from the title', () => {
    expect(lookOf('Set of 3 Hanging Glass T-Light Holders', undefined)).toMatchObject({
      pieces: 3,
      material: 'glass',
      setting: 'hung',
    })
    expect(lookOf('Large Cake Stand Hanging Strawberry', undefined)).toMatchObject({
      size: 'large',
      setting: undefined,
    })
    expect(lookOf('Black Christmas Tree 60cm', undefined).measure).toBe('60cm')
  })

  test('the picture of a sign shows the sign’s words, the picture of a letter shows the letter', () => {
    expect(lookOf('Home Sweet Home Metal Sign', undefined).words).toBe('Home Sweet Home')
    expect(lookOf('Red Charlie & Lola Personal Door Sign', undefined).words).toBeUndefined()
    expect(lookOf('Letter "A" Bling Key Ring', undefined).words).toBe('A')
    expect(lookOf('Red Retrospot Mug', undefined).words).toBeUndefined()
  })

  test('dolls in clothes of the same colour have different pictures', () => {
    const names = ['Charlotte', 'Lola', 'Olivia'].map((name) => `Feltcraft Princess ${name} Doll`)
    expect(new Set(names.map((name) => fileName(lookOf(name, undefined)))).size).toBe(3)
  })

  test('lookOf shows the category’s picture if the title has no known word, and a gift if there is no category', () => {
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

  test('the icon set or `draw.ts` has every icon that words.json names', () => {
    const missing = [...Object.keys(words.icons), ...Object.keys(words.motifs)].filter(
      (name) => !icons.has(name) && !OWN_ICONS.includes(name),
    )
    expect(missing).toEqual([])
  })

  test('words.json names only known shapes, and each shape has an outline and a place for the print', () => {
    const { shapes, vague, leading } = words
    const named = [shapes, vague, leading].flatMap((table) => Object.keys(table))
    expect(named.filter((name) => !(name in SHAPES || OWN_ICONS.includes(name)))).toEqual([])
    for (const [name, { body, print }] of Object.entries(SHAPES)) {
      expect(body, name).toMatch(/^M/)
      expect(
        print.map((part) => typeof part),
        name,
      ).toEqual(['number', 'number', 'number'])
    }
  })

  test('every product has a picture under 12 KB, mostly chosen by its title, and few products share a picture', () => {
    const looks = catalog.map(({ title = '', category }) => lookOf(title, category))
    const files = new Map<string, string>()
    const uses = new Map<string, number>()
    for (const look of looks) {
      const name = fileName(look)
      const svg = draw(look, icons)
      expect(files.get(name) ?? svg, name).toBe(svg)
      files.set(name, svg)
      uses.set(svg, (uses.get(svg) ?? 0) + 1)
    }
    expect(Math.max(...uses.values())).toBeLessThanOrEqual(6)
    const shared = [...uses.values()].filter((count) => count > 1)
    expect(shared.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(800)
    for (const [name, svg] of files) {
      expect(name).toMatch(/^[a-z0-9-]+\.svg$/)
      expect(svg.length, name).toBeLessThan(12_288)
      expect(svg, name).not.toMatch(/undefined|NaN|'[MDPI]'|"|<script|href='http/)
      for (const [, id] of svg.matchAll(/url\(#([^)]+)\)/g))
        expect(svg.split(`id='${id}'`), `${name} ${id}`).toHaveLength(2)
    }
    expect(looks.filter(({ fromTitle }) => fromTitle).length / looks.length).toBeGreaterThan(0.95)
    expect(files.size).toBeGreaterThan(3000)
  })

  test('the pack (one file) gives back each picture unchanged, and is less than a fifth as large as all pictures together', () => {
    const looks = catalog.map(({ title = '', category }) => lookOf(title, category))
    const svgs = new Map(looks.map((look) => [fileName(look), draw(look, icons)]))
    const lines = packOf(svgs)
    const pieces = lines.filter((line) => typeof line === 'string')
    const pictures = lines.slice(pieces.length) as [string, ...number[]][]
    expect(pictures.map(([name]) => name)).toEqual([...svgs.keys()])
    for (const [name, ...places] of pictures)
      expect(`${places.map((place) => pieces[place]).join('\n')}\n`).toBe(svgs.get(name))
    const size = JSON.stringify(lines).length
    expect(size).toBeLessThan([...svgs.values()].join('').length / 5)
  })

  test('titles with the same look have the same file name and the same bytes', () => {
    const [a, b] = ['Red Retrospot Mug', 'Mug Red Retrospot'].map((title) =>
      lookOf(title, undefined),
    )
    expect(fileName(a)).toBe(fileName(b))
    expect(draw(a, icons)).toBe(draw(b, icons))
  })
})
