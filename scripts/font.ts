/**
 * @module `npx tsx scripts/font.ts`: builds the demo shop's two fonts and writes them, with their licences, to
 * `src/storefront/fonts/`. Both fonts have the letters of Western Europe and the SIL Open Font License 1.1. Headings
 * are in Fraunces, in one weight, because a variable font would have twice the bytes. Texts are in Figtree, in all
 * weights.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import subsetFont from 'subset-font'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const SOURCES = join(ROOT, 'node_modules/@fontsource-variable')
const FOLDER = join(ROOT, 'src/storefront/fonts')

/** Name of each font → its file, and its weights: one, or the ends of a range. */
export const FONTS = {
  fraunces: { file: join(FOLDER, 'fraunces-600.woff2'), weights: 600 },
  figtree: { file: join(FOLDER, 'figtree.woff2'), weights: { min: 400, max: 700 } },
} as const

const between = (first: number, last: number) =>
  String.fromCodePoint(...Array.from({ length: last - first + 1 }, (_, i) => first + i))
/** Letters of the fonts: printable ASCII, Latin-1, and the punctuation of the shop's texts. */
const LETTERS = `${between(0x20, 0x7e)}${between(0xa0, 0xff)}–—‘’“”„…€`

export async function makeFont(name: keyof typeof FONTS): Promise<Uint8Array> {
  const whole = readFileSync(join(SOURCES, name, `files/${name}-latin-wght-normal.woff2`))
  const variationAxes = { wght: FONTS[name].weights }
  return subsetFont(whole, LETTERS, { targetFormat: 'woff2', variationAxes })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const name of ['fraunces', 'figtree'] as const) {
    writeFileSync(FONTS[name].file, await makeFont(name))
    const licence = readFileSync(join(SOURCES, name, 'LICENSE'), 'utf8')
    writeFileSync(join(FOLDER, `LICENSE-${name}.txt`), licence)
  }
}
