import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dequantizeRows, quantizeRows } from './fields.ts'

const matrix = fc
  .record({ rows: fc.integer({ min: 0, max: 8 }), columns: fc.integer({ min: 1, max: 8 }) })
  .chain(({ rows, columns }) =>
    fc
      .float32Array({
        min: -1000,
        max: 1000,
        noNaN: true,
        minLength: rows * columns,
        maxLength: rows * columns,
      })
      .map((data) => ({ data, rows, columns })),
  )

test('each restored value is off by at most half a step of its row', () => {
  fc.assert(
    fc.property(matrix, ({ data, columns }) => {
      const quantized = quantizeRows(data, columns)
      const back = dequantizeRows(quantized, columns)
      for (let i = 0; i < data.length; i++) {
        const step = quantized.scale[Math.floor(i / columns)]
        // A subnormal scale (below about 1e-38) has few bits and rounds coarsely; its values are practically zero.
        expect(Math.abs(back[i] - data[i])).toBeLessThanOrEqual(step * 0.50001 + 1e-38)
      }
    }),
  )
})

test('quantised values stay within −127…127, so that negating them never overflows', () => {
  fc.assert(
    fc.property(matrix, ({ data, columns }) => {
      expect(quantizeRows(data, columns).values.every((value) => value >= -127)).toBe(true)
    }),
  )
})

test('a row of zeros gets scale 0 and is restored to zeros', () => {
  const quantized = quantizeRows(Float32Array.of(0, 0, 3, -6), 2)
  expect(quantized.scale[0]).toBe(0)
  expect([...quantized.values]).toEqual([0, 0, 64, -127])
  expect(dequantizeRows(quantized, 2)[3]).toBeCloseTo(-6, 5)
})

test('quantizeRows refuses data whose length is no multiple of the row length', () => {
  expect(() => quantizeRows(new Float32Array(5), 2)).toThrow(RangeError)
  expect(() => dequantizeRows({ values: new Int8Array(5), scale: new Float32Array(2) }, 2)).toThrow(
    RangeError,
  )
})
