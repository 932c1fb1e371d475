import canonicalize from 'canonicalize'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson } from './canonicalJson.ts'

describe('canonical JSON', () => {
  it('canonicalJson matches the examples of RFC 8785', () => {
    // Examples of RFC 8785, §3.2.2 and §3.2.3.
    const numbers = [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 0.000000000000000000000000001]
    expect(
      canonicalJson({ numbers, string: '\u20ac$\u000f\nA\'B"\\\\"/', literals: [null, true] }),
    ).toBe(
      '{"literals":[null,true],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    )
    const keys = ['\u20ac', '\r', '\ufb33', '1', '\ud83d\ude00', '\u0080', '\u00f6']
    const sorted = canonicalJson(Object.fromEntries(keys.map((key) => [key, key])))
    expect(Object.keys(JSON.parse(sorted) as object).slice(1)).toEqual([
      '\r',
      '\u0080',
      '\u00f6',
      '\u20ac',
      '\ud83d\ude00',
      '\ufb33',
    ])
    expect(canonicalJson(-0)).toBe('0')
  })

  it('canonical JSON parses back to the same value, and equal values have the same text', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false, maxDepth: 3 }), (value) => {
        const text = canonicalJson(value)
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)))
        expect(canonicalJson(JSON.parse(text))).toBe(text)
      }),
      { numRuns: 60 },
    )
  })

  it('canonical JSON has the same bytes as the output of an independent RFC 8785 implementation', () => {
    const number = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom(-0, 5e-324, 1e21, 1e-7, 2 ** 53, 123456789012345680000),
      fc.integer(),
    )
    const key = fc.string({ unit: 'grapheme', maxLength: 4 })
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        number,
        fc.string({ unit: 'binary' }),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(key, tie('value'), { maxKeys: 5 }),
      ),
    }))
    fc.assert(
      fc.property(value, (each) => {
        expect(canonicalJson(each)).toBe(canonicalize(each))
      }),
      { numRuns: 500 },
    )
  })

  it('canonicalJson refuses values that JSON can’t represent', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, undefined, '\ud800', () => 1, 1n])
      expect(() => canonicalJson({ value })).toThrow(/Canonical JSON/)
  })
})
