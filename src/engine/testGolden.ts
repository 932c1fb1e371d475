/**
 * @module Answers whose bits are the same wherever they are computed, as hashes. What goes in is made by
 * sums, products and quotients, so that no browser's own `Math.exp` has a part in it.
 */
import { canaryProblem, PERSONAL_SIZE, TINY } from './canary.ts'
import type { Engine, EngineJobs } from './engine.ts'
import { quantized, testTable } from './topk/testTable.ts'

/** Of fits by the WebAssembly engine: the parameters, not the losses. */
export const GOLDEN_FITS = {
  tiny: 'e0203a5a0ff4350b32c7fbdca1ed2e684e365ab1c4a05c883a7486601a2796b1',
  personal: '48c1808ca73160153b4ecd1e1c04e94dda455ce199c7001bdde054620bbc7e4b',
} as const
/** Of the best 20 of 20,000 × 32 int8, ids and scores, by every engine. */
export const GOLDEN_TOP = '5510e088923178df4b2ae38031d803d95490fe93fb905668a9537db27b3331b7'

async function hashOf(...parts: readonly (Float32Array | Int32Array)[]): Promise<string> {
  const words = parts.flatMap((part) => [
    ...new Uint32Array(part.buffer, part.byteOffset, part.length),
  ])
  const digest = await crypto.subtle.digest('SHA-256', Uint32Array.from(words))
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

export async function hashesOfFits(engine: Engine): Promise<Record<string, string>> {
  const [tiny, personal] = [TINY, PERSONAL_SIZE].map(canaryProblem)
  return {
    tiny: await hashOf((await engine.fit(tiny)).parameters),
    personal: await hashOf((await engine.fit(personal)).parameters),
  }
}

export async function hashOfTop(jobs: EngineJobs): Promise<string> {
  const { vectors, query } = testTable({ rows: 20_000, columns: 32, seed: 5 })
  const search = await jobs.topK(quantized(vectors, 32))
  const { ids, scores } = await search.top(query, 20)
  search.dispose()
  return hashOf(ids, scores)
}
