import { expect, it } from 'vitest'
import { fromHex, toHex } from '../../core/bytes.ts'
import { serverKdf } from './keystream.ts'

it('derives what RFC 5869 says, beyond one block too (its first case)', async () => {
  const kdf = serverKdf()
  const prk = await kdf.Extract(fromHex('000102030405060708090a0b0c'), new Uint8Array(22).fill(11))
  expect(toHex(prk)).toBe('077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5')
  expect(toHex(await kdf.Expand(prk, fromHex('f0f1f2f3f4f5f6f7f8f9'), 42))).toBe(
    '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
  )
})
