/**
 * @module Builds the demo shop's heading font: Fraunces (SIL Open Font License 1.1), one weight, letters of Western
 * Europe. That is a seventh of the whole font: 17 KB. A variable file with the same letters has 34 KB, and
 * 29 KB for weights 600 to 700 alone. Written to `src/storefront/fonts/` with its licence:
 * `npx tsx scripts/font.ts`.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import subsetFont from 'subset-font'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const SOURCE = join(ROOT, 'node_modules/@fontsource-variable/fraunces')
export const FONT = join(ROOT, 'src/storefront/fonts/fraunces-600.woff2')

const between = (first: number, last: number) =>
  String.fromCodePoint(...Array.from({ length: last - first + 1 }, (_, i) => first + i))
/** Letters of the font: printable ASCII, Latin-1, and the punctuation of the shop's texts. */
const LETTERS = `${between(0x20, 0x7e)}${between(0xa0, 0xff)}–—‘’“”„…€`

export async function makeFont(): Promise<Uint8Array> {
  const whole = readFileSync(join(SOURCE, 'files/fraunces-latin-wght-normal.woff2'))
  return subsetFont(whole, LETTERS, { targetFormat: 'woff2', variationAxes: { wght: 600 } })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(FONT, await makeFont())
  const licence = readFileSync(join(SOURCE, 'LICENSE'), 'utf8')
  writeFileSync(join(dirname(FONT), 'LICENSE-fraunces.txt'), licence)
}
