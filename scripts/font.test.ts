import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { FONTS, makeFont } from './font.ts'

it.each(['fraunces', 'figtree'] as const)('font.ts makes the shipped font %s', async (name) => {
  const shipped = readFileSync(FONTS[name].file)
  expect(Buffer.from(await makeFont(name)).equals(shipped)).toBe(true)
  expect(shipped.length).toBeLessThan(20_000)
})
