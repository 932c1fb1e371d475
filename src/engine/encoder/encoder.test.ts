/** @module The encoder with cached states against the one that starts anew each time, bit by bit. */
import fc from 'fast-check'
import { afterEach, expect, test, vi } from 'vitest'
import { EVENT_NAMES } from '../../core/events/event.ts'
import type { History, Interaction } from '../../core/features/history.ts'
import { createEncoder, type Encode, encode, encoderWeights } from '../../core/model/encoder.ts'
import { tinyModel } from '../../core/model/tinyModel.ts'
import { createFastEncoder, wasmProducts } from './encoder.ts'
import { assembleProducts } from './module.ts'

const ITEMS = 20
const model = tinyModel(ITEMS)
const HOUR = 3_600_000

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

const bitsOf = (numbers: Float32Array) => [...new Uint32Array(numbers.slice().buffer)]

/** What happens to a shopper, one after the other. */
const happening = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant('event' as const),
      item: fc.nat(ITEMS - 1),
      name: fc.constantFrom(...EVENT_NAMES),
      // From the same visit to another season: every gap bucket.
      after: fc.oneof(fc.nat(60_000), fc.nat(HOUR), fc.nat(3000 * HOUR)),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), by: fc.nat(99 * HOUR) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('forget' as const), item: fc.nat(19) }) },
  // Another tab's events come late, or an old case is asked about.
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('prefix' as const), of: fc.nat(99) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('erase' as const) }) },
)

type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never

function expectSameThroughout(happenings: readonly Happening[], encoder: Encode): void {
  let history: Interaction[] = []
  let now = 0
  const same = (part: History, at: number) =>
    expect(bitsOf(encoder(part, at))).toEqual(bitsOf(encode(model, part, at)))
  for (const what of happenings) {
    if (what.kind === 'event') {
      now += what.after
      history.push({ item: what.item, name: what.name, time: now, session: 's' })
    } else if (what.kind === 'wait') now += what.by
    else if (what.kind === 'forget') history = history.filter(({ item }) => item !== what.item)
    else if (what.kind === 'prefix') same(history.slice(0, what.of), now - HOUR)
    else history = []
    same(history, now)
    // And asked again, nothing has moved.
    same(history, now)
  }
}

const implementations: [string, () => Encode][] = [
  ['plain loops', () => createEncoder(model)],
  ['WebAssembly', () => createEncoder(model, wasmProducts)],
]

test.each(implementations)('%s: the same bits, whatever happens', (_, create) => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 90, size: 'max' }), (happenings) =>
      expectSameThroughout(happenings, create()),
    ),
    { numRuns: 40 },
  )
})

test.each(implementations)('%s: the window slides over 200 events', (_, create) => {
  const events = Array.from({ length: 200 }, (_, i) => ({
    kind: 'event' as const,
    item: (i * 7) % ITEMS,
    name: EVENT_NAMES[i % EVENT_NAMES.length],
    after: (i % 9) * 7 * HOUR,
  }))
  expectSameThroughout(events, create())
})

test('the products are those of the plain loops for numbers of every size', () => {
  const finite = fc.float({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 })
  const weights = encoderWeights(model.encoder)
  const products = wasmProducts(weights)
  fc.assert(
    fc.property(fc.array(finite, { minLength: 64, maxLength: 64 }), (values) => {
      const x = Float32Array.from(values)
      const expand = Float32Array.from({ length: 128 }, (_, i) => {
        let sum = 0
        for (let j = 0; j < 64; j++) sum += weights.expand[64 * i + j] * x[j]
        return sum
      })
      expect(bitsOf(products.multiply('expand', x))).toEqual(bitsOf(expand))
      const lookup = new Float32Array(64)
      for (let i = 0; i < 64; i++)
        for (let j = 0; j < 64; j++) lookup[j] += weights.key[64 * i + j] * x[i]
      expect(bitsOf(products.lookup(x))).toEqual(bitsOf(lookup))
    }),
  )
})

test('the module is valid and small', () => {
  expect(WebAssembly.validate(assembleProducts(5))).toBe(true)
  expect(assembleProducts(5).length).toBeLessThan(700)
})

test.each([
  ['WebAssembly is missing', () => vi.stubGlobal('WebAssembly', undefined)],
  [
    'a policy forbids it',
    () =>
      vi.spyOn(WebAssembly, 'Module').mockImplementation(function refuse() {
        throw new WebAssembly.CompileError('refused by policy')
      }),
  ],
])('where %s, plain loops serve', (_, takeAway) => {
  takeAway()
  expectSameThroughout(
    [
      { kind: 'event', item: 3, name: 'purchase', after: 5 },
      { kind: 'wait', by: HOUR },
    ],
    createFastEncoder(model),
  )
})
