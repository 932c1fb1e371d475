import fc from 'fast-check'
import { expect, test } from 'vitest'
import { NearsideError } from '../error.ts'
import {
  readSafetensors,
  type Tensor,
  type TensorData,
  type Tensors,
  writeSafetensors,
} from './safetensors.ts'

const weight = fc.float({ min: -1e4, max: 1e4, noNaN: true })
const data = fc.oneof<fc.Arbitrary<TensorData>[]>(
  fc.float32Array({ min: -1e4, max: 1e4, noNaN: true, maxLength: 24 }),
  fc.int8Array({ maxLength: 24 }),
  fc.uint8Array({ maxLength: 24 }),
  fc.uint16Array({ maxLength: 24 }),
  fc.uint32Array({ maxLength: 24 }),
)
const tensor: fc.Arbitrary<Tensor> = fc
  .record({ data, split: fc.boolean() })
  .map(({ data, split }) => ({
    shape: split && data.length % 2 === 0 ? [2, data.length / 2] : [data.length],
    data,
  }))
const tensors: fc.Arbitrary<Tensors> = fc
  .array(fc.tuple(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }), tensor), {
    maxLength: 6,
  })
  .map((entries) => new Map(entries.filter(([name]) => name !== '__metadata__')))
function corrupts(read: () => unknown): void {
  let thrown: unknown
  try {
    read()
  } catch (error) {
    thrown = error
  }
  expect(thrown).toBeInstanceOf(NearsideError)
  expect((thrown as NearsideError).code).toBe('model-corrupt')
}

/** Builds a file with any header and a body of zeros. */
function file(header: unknown, body: number): Uint8Array {
  const json = new TextEncoder().encode(
    typeof header === 'string' ? header : JSON.stringify(header),
  )
  const bytes = new Uint8Array(8 + json.length + body)
  new DataView(bytes.buffer).setUint32(0, json.length, true)
  bytes.set(json, 8)
  return bytes
}

test('written tensors are read back', () => {
  fc.assert(
    fc.property(tensors, (written) => {
      const read = readSafetensors(writeSafetensors(written))
      expect(new Map([...read].sort())).toEqual(new Map([...written].sort()))
    }),
  )
})

test('written bytes don’t depend on the order of the tensors, and reading doesn’t depend on the buffer’s offset', () => {
  fc.assert(
    fc.property(tensors, (written) => {
      const bytes = writeSafetensors(written)
      expect(writeSafetensors(new Map([...written].reverse()))).toEqual(bytes)
      const shifted = new Uint8Array(bytes.length + 3).subarray(3)
      shifted.set(bytes)
      expect(readSafetensors(shifted)).toEqual(readSafetensors(bytes))
    }),
  )
})

test('a Node Buffer is read like any bytes, and the tensors are copies of its content', () => {
  fc.assert(
    fc.property(tensors, (written) => {
      const bytes = writeSafetensors(written)
      // A view into a larger buffer, like the Buffers that Node's `readFile` can return.
      const pool = Buffer.alloc(bytes.length + 8, 0xff)
      const buffer = pool.subarray(8)
      buffer.set(bytes)
      const read = readSafetensors(buffer)
      pool.fill(0xff)
      expect(read).toEqual(readSafetensors(bytes))
    }),
  )
})

test('every tensor starts at a multiple of its element size', () => {
  fc.assert(
    fc.property(tensors, (written) => {
      const bytes = writeSafetensors(written)
      const length = new DataView(bytes.buffer).getUint32(0, true)
      expect(length % 8).toBe(0)
      const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)))
      for (const [name, { data }] of written)
        expect(header[name].data_offsets[0] % data.BYTES_PER_ELEMENT).toBe(0)
    }),
  )
})

test('the metadata of a safetensors file is ignored', () => {
  const header = {
    __metadata__: { format: 'pt' },
    a: { dtype: 'U8', shape: [1], data_offsets: [0, 1] },
  }
  expect([...readSafetensors(file(header, 1)).keys()]).toEqual(['a'])
})

test('readSafetensors reads the example file of the format’s documentation', () => {
  const bytes = file('{"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}', 8)
  new DataView(bytes.buffer).setFloat32(bytes.length - 4, 1.5, true)
  expect(readSafetensors(bytes).get('a')).toEqual({
    shape: [1, 2],
    data: Float32Array.of(0, 1.5),
  })
})

test('a truncated or lengthened file is refused as corrupt', () => {
  fc.assert(
    fc.property(tensors, fc.nat(), (written, at) => {
      const bytes = writeSafetensors(written)
      corrupts(() => readSafetensors(bytes.subarray(0, at % bytes.length)))
      corrupts(() => readSafetensors(Uint8Array.of(...bytes, 0)))
    }),
  )
})

test('a file with a flipped bit is refused as corrupt or gives valid tensors', () => {
  fc.assert(
    fc.property(tensors, fc.nat(), fc.nat(7), (written, at, bit) => {
      const bytes = writeSafetensors(written)
      bytes[at % bytes.length] ^= 1 << bit
      try {
        for (const { shape, data } of readSafetensors(bytes).values()) {
          expect(shape.reduce((product, extent) => product * extent, 1)).toBe(data.length)
          if (data instanceof Float32Array) expect(data.every(Number.isFinite)).toBe(true)
        }
      } catch (error) {
        expect(error).toBeInstanceOf(NearsideError)
        expect((error as NearsideError).code).toBe('model-corrupt')
      }
    }),
    { numRuns: 2000 },
  )
})

test('random bytes and random JSON headers are refused as corrupt', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      corrupts(() => readSafetensors(Uint8Array.of(1, ...bytes)))
    }),
  )
  fc.assert(
    fc.property(fc.json(), fc.nat(16), (json, body) => {
      const isEmpty = body === 0 && /^\{\s*("__metadata__".*)?\}$/s.test(json)
      if (!isEmpty) corrupts(() => readSafetensors(file(json, body)))
    }),
  )
})

const F32 = (shape: unknown, data_offsets: unknown) => ({ dtype: 'F32', shape, data_offsets })

test.each<[string, unknown, number]>([
  ['a gap', { a: F32([1], [0, 4]), b: F32([1], [8, 12]) }, 12],
  ['an overlap', { a: F32([2], [0, 8]), b: F32([1], [4, 8]) }, 8],
  ['an end beyond the file', { a: F32([4], [0, 16]) }, 8],
  ['a shape that needs another number of bytes', { a: F32([3], [0, 8]) }, 8],
  ['a huge shape', { a: F32([2 ** 30, 2 ** 30], [0, 8]) }, 8],
  ['a shape whose product overflows to zero', { a: F32([2 ** 32, 2 ** 32], [0, 0]) }, 0],
  ['a negative extent', { a: F32([-1, -1], [0, 4]) }, 4],
  ['a fraction as an extent', { a: F32([0.5], [0, 2]) }, 2],
  ['five dimensions', { a: F32([1, 1, 1, 1, 1], [0, 4]) }, 4],
  ['an unsupported type', { a: { dtype: 'F16', shape: [1], data_offsets: [0, 2] } }, 2],
  [
    'a type that is a property name of every object',
    { a: { dtype: 'toString', shape: [1], data_offsets: [0, 4] } },
    4,
  ],
  ['reversed offsets', { a: F32([1], [4, 0]) }, 4],
  ['offsets beyond 2^53', { a: F32([1], [2 ** 60, 2 ** 60 + 4]) }, 4],
  ['no shape', { a: { dtype: 'F32', data_offsets: [0, 4] } }, 4],
  ['a list for a header', '[]', 0],
  ['a null for a tensor', { a: null }, 0],
])('refuses %s', (_, header, body) => {
  corrupts(() => readSafetensors(file(header, body)))
})

test('headers and files above the size limits are refused as corrupt', () => {
  const header = new Uint8Array(80_000)
  new DataView(header.buffer).setUint32(0, 70_000, true)
  corrupts(() => readSafetensors(header))
  new DataView(header.buffer).setUint32(4, 1, true)
  corrupts(() => readSafetensors(header))
  // The length is pretended, because half a gigabyte of zeros would also be refused for its empty header.
  const long = Object.defineProperty(file({}, 0), 'length', { value: 512 * 1024 * 1024 + 1 })
  expect(readSafetensors(file({}, 0))).toEqual(new Map())
  expect(() => readSafetensors(long)).toThrow(/512 MB/)
})

test('reading and writing refuse non-finite and huge weights', () => {
  fc.assert(
    fc.property(
      fc.array(weight, { minLength: 1, maxLength: 8 }),
      fc.nat(),
      fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 10_001, -2e9),
      (values, at, bad) => {
        const good = Float32Array.from(values)
        const bytes = writeSafetensors(new Map([['w', { shape: [good.length], data: good }]]))
        const place = at % good.length
        const view = new DataView(bytes.buffer)
        view.setFloat32(bytes.length - 4 * (good.length - place), bad, true)
        corrupts(() => readSafetensors(bytes))
        good[place] = bad
        corrupts(() => writeSafetensors(new Map([['w', { shape: [good.length], data: good }]])))
      },
    ),
  )
})

test('a shape that doesn’t fit its data can’t be written', () => {
  corrupts(() => writeSafetensors(new Map([['w', { shape: [3], data: new Int8Array(2) }]])))
})
