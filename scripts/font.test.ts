import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { FONT, makeFont } from './font.ts'

it('the font that ships is the one that the script makes', async () => {
  expect(Buffer.from(await makeFont()).equals(readFileSync(FONT))).toBe(true)
})
