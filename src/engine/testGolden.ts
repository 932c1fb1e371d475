/**
 * @module Hashes of results that must have the same bits on every platform. The inputs are sums, products and
 * quotients, so that they don't depend on a browser's `Math.exp`.
 */

import { createMlp, networkShape } from '@nearside/core/learning/learners/network.ts'
import type { ItemScan } from '@nearside/core/learning/shortlist.ts'
import { createEncoder } from '@nearside/core/model/encoder.ts'
import { createRandom } from '@nearside/core/model/random.ts'
import { tinyModel } from '@nearside/core/model/testModel.ts'
import { canaryProblem, irregular } from './canary.ts'
import type { Engine } from './engine.ts'

/** Hashes of the parameters of fits by the WebAssembly engine; losses are excluded. */
export const GOLDEN_FITS = {
  tiny: 'e0203a5a0ff4350b32c7fbdca1ed2e684e365ab1c4a05c883a7486601a2796b1',
  personal: '48c1808ca73160153b4ecd1e1c04e94dda455ce199c7001bdde054620bbc7e4b',
} as const
export const GOLDEN_ENCODER = '25ccdd3e3d9b635740936491681e6e58c9ca5136b3a14ea5a967aabbf7165e85'
/** Hash of the incremental network's weights and predictions. */
export const GOLDEN_NETWORK = 'c32bff1f038bc6d98ea925b1e0ed8a90b3403d8900060e293e023a81d60e5de0'

/** Hash of the rows that the item scan finds at several floors (lowest scores), in the scan's order. */
export const GOLDEN_SCAN = '3fcea8a2ea97deb7f5078ec229ef74a08cf1d14d1484048d848e29c4e523c340'

async function hashOf(...parts: readonly (Float32Array | Int32Array)[]): Promise<string> {
  const words = parts.flatMap((part) => [
    ...new Uint32Array(part.buffer, part.byteOffset, part.length),
  ])
  const digest = await crypto.subtle.digest('SHA-256', Uint32Array.from(words))
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

export async function hashesOfFits(engine: Engine): Promise<Record<string, string>> {
  const tiny = canaryProblem({ cases: 5, candidates: 7, parameters: 6, steps: 6 })
  const personal = canaryProblem({ cases: 64, candidates: 256, parameters: 88, steps: 30 })
  return {
    tiny: await hashOf((await engine.fit(tiny)).parameters),
    personal: await hashOf((await engine.fit(personal)).parameters),
  }
}

/** @param make creates the scan to test; passed in, so that a test page loads no other scan */
export async function hashOfScan(
  make: (vectors: Float32Array, columns: number, popularity: Float32Array) => ItemScan,
): Promise<string> {
  const rows = 5001
  const scan = make(irregular(64 * rows, 53), 64, irregular(rows, 71))
  const query = irregular(64, 91)
  const found = [-20, 0, 4, 9].map((floor) =>
    Int32Array.from(scan(irregular(rows, 37), 0.5, query, floor)),
  )
  return hashOf(...found)
}

const small = (values: Float32Array, size: number) => values.map((value) => size * value)

export async function hashOfEncoder(): Promise<string> {
  const model = tinyModel(40)
  const weights = [...model.encoder].map(([name, { shape, data }], k) => {
    const made = small(irregular(data.length, 53 + 2 * k), 0.25)
    return [name, { shape, data: made }] as const
  })
  const made = {
    ...model,
    itemVectors: small(irregular(model.itemVectors.length, 91), 0.25),
    encoder: new Map(weights),
  }
  const history = Array.from({ length: 60 }, (_, i) => ({
    item: (7 * i) % 40,
    name: i % 3 ? ('view_item' as const) : ('purchase' as const),
    time: 40_000_000 * i * (1 + (i % 2)),
    session: `${i >> 1}`,
  })).sort((a, b) => a.time - b.time)
  const encode = createEncoder(made)
  const encoded = [1, 20, 60].map((length) => {
    const seen = history.slice(0, length)
    return encode(seen, seen[length - 1].time + 3_600_000)
  })
  return hashOf(...encoded)
}

export async function hashOfNetwork(): Promise<string> {
  const inputs = 25
  const { size } = networkShape(inputs)
  const weights = Float64Array.from(small(irregular(size, 91), 0.25))
  const rows = Array.from({ length: 230 }, (_, e) => irregular(inputs, 37 + 2 * e))
  const examples = rows.map((x, e) => ({ x, label: e % 3 ? (0 as const) : (1 as const) }))
  const learner = createMlp(inputs, createRandom(1), weights)
  learner.learn(examples)
  return hashOf(
    Float32Array.from(weights),
    Float32Array.from(rows, (x) => learner.predict(x)),
  )
}
