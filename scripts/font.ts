/**
 * @module `npx tsx scripts/font.ts`: builds the demo shop's heading font and writes it, with its licence, to
 * `src/storefront/fonts/`. The font is Fraunces (SIL Open Font License 1.1), one weight, letters of Western Europe.
 * It has 17 KB, a seventh of the whole font; a variable font with the same letters has 34 KB.
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
