import { expect, test } from 'vitest'
import { factsOf } from './titleFacts.ts'

test.each([
  ['Set of 3 Cake Tins Pantry Design', { pieces: 3 }],
  ['Round Snack Boxes Set Of4 Woodland', { pieces: 4 }],
  ['Pack of Six LED Tea Lights', { pieces: 6 }],
  ['Retrospot Tea Set Ceramic 11 Pieces', { pieces: 11, materials: ['ceramic'] }],
  ['12 Coloured Party Balloons', { pieces: 12 }],
  ['Regency Cake Stand 3 Tier', { pieces: undefined }],
  ['5 Hook Hanger Red Magic Toadstool', { pieces: undefined, colours: ['red'] }],
  ["Paper Chain Kit 50's Christmas", { pieces: undefined, sizes: [], materials: ['paper'] }],
  ['Polyester Filler Pad 60x40cm', { sizes: ['60x40cm'], materials: ['polyester'] }],
  ['Bag 250g Swirly Marbles', { sizes: ['250g'] }],
  ['Fairy Cake Notebook A5 Size', { sizes: ['A5'] }],
  ['Record Frame 7" Single Size', { sizes: ['7"'] }],
  ['Flower Glass Garland Necklace 36" Blue', { sizes: ['36"'], materials: ['glass'] }],
  ['Pink and White Christmas Tree 120cm', { sizes: ['120cm'], colours: ['pink', 'white'] }],
  ['Ice Cream Pen Lip Gloss', { colours: [] }],
  ['Zinc Finish 15cm Planter Pots', { sizes: ['15cm'], materials: [] }],
  ['Pack of 3 Iron on Patches', { pieces: 3, materials: [] }],
  ['Set of 6 Wooden Skittles in Cotton Bag', { pieces: 6, materials: ['wood'] }],
  ['Cake Stand Lace White', { colours: ['white'], materials: [] }],
  ['Assorted Colour Bird Ornament', { colours: ['mixed'] }],
])('%s', (title, facts) => {
  expect(factsOf(title)).toMatchObject(facts)
})
