import { expect, test } from 'vitest'
import { sha256Hex } from './bytes.ts'

/** Examples of FIPS 180-4. */
test.each([
  ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
])('SHA-256 of %j', async (text, hex) => {
  expect(await sha256Hex(new TextEncoder().encode(text))).toBe(hex)
})

test('sha256 hashes the bytes of the view, not those of its whole buffer', async () => {
  const bytes = new TextEncoder().encode('xabcx')
  expect(await sha256Hex(bytes.subarray(1, 4))).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  )
})
