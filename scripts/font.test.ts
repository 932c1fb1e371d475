import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { FONT, makeFont } from './font.ts'

it('the shipped font is the script’s output', async () => {
  expect(Buffer.from(await makeFont()).equals(readFileSync(FONT))).toBe(true)
})
