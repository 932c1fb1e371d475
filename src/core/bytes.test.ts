import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  concat,
  decodeVector,
  encodeVector,
  equalBytes,
  fromBase64,
  fromHex,
  sha256Hex,
  toBase64,
  toHex,
  utf8,
} from './bytes.ts'

describe('bytes', () => {
  it('hex and base64 round trips return the same bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (array) => {
        const bytes = new Uint8Array(array)
        expect(fromHex(toHex(bytes))).toEqual(bytes)
        expect(fromHex(toHex(bytes).toUpperCase())).toEqual(bytes)
        expect(fromBase64(toBase64(bytes))).toEqual(bytes)
        expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'))
        expect(equalBytes(concat(bytes, bytes.subarray(0, 0)), bytes)).toBe(true)
      }),
    )
  })

  it('decoding malformed hex or base64 throws', () => {
    for (const bad of ['0', 'zz', '0x', ' 00']) expect(() => fromHex(bad)).toThrow(RangeError)
    for (const bad of ['A', 'AA', 'AAA', '_-==', 'AAAA ', '='])
      expect(() => fromBase64(bad)).toThrow(RangeError)
  })

  it('byte arrays that differ in length or in one byte compare as unequal', () => {
    expect(equalBytes(Uint8Array.of(1), Uint8Array.of(1, 2))).toBe(false)
    expect(equalBytes(Uint8Array.of(1, 3), Uint8Array.of(1, 2))).toBe(false)
  })

  it('vectors are stored as little-endian 32-bit words', () => {
    expect(toHex(encodeVector(Uint32Array.of(1, 0xdeadbeef)))).toBe('01000000efbeadde')
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2 ** 32 - 1 })), (values) => {
        expect([...decodeVector(encodeVector(Uint32Array.from(values)))]).toEqual(values)
      }),
    )
    expect(() => decodeVector(new Uint8Array(5))).toThrow(RangeError)
  })

  it('sha256Hex gives the digest that FIPS 180-4 lists for abc', async () => {
    expect(await sha256Hex(utf8('abc'))).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    )
  })
})
