/**
 * @module Tests the verifier on devices' logs with one change each. Counts the changes that the verifier found, and the
 * faults that it reported in unchanged logs.
 */

import { parseBundle } from '@nearside/audit/bundle.ts'
import { type VerifyOptions, verifyBundle } from '@nearside/audit/verify.ts'
import { createRandom } from '@nearside/core/model/random.ts'
import {
  BESIDE_THE_LISTS,
  differs,
  type Scene,
  type Tampering,
  WITH_ANOTHER_KEY,
  WITH_THE_KEY,
  WITHOUT_THE_KEY,
} from './tamper.ts'
import { createAggregators, reachedBy, VirtualDevice } from './virtualDevice.ts'

const STEPS = { least: 4, more: 20 }

export interface Fixture {
  readonly kind: string
  readonly text: string
  readonly options: VerifyOptions
}

const ALL: readonly (readonly [string, Tampering])[] = [
  ...Object.entries(WITHOUT_THE_KEY),
  ['signed by another key, and the auditor knows this one’s', WITH_ANOTHER_KEY],
  ...Object.entries(WITH_THE_KEY),
  ...Object.entries(BESIDE_THE_LISTS),
]

/** Pairs of a clean bundle and a changed one, cycling through the kinds of change. */
export async function* fixtures(
  count: number,
  seed: number,
): AsyncGenerator<{ readonly clean: Fixture; readonly tampered: Fixture }> {
  const random = createRandom(seed)
  const aggregators = await createAggregators({ counts: seed % 2 === 1 })
  const next = () =>
    new VirtualDevice(aggregators, random).live(STEPS.least + random.integer(STEPS.more))
  let other = await next()
  for (let made = 0; made < count; ) {
    const exported = await next()
    const [kind, tampering] = ALL[made % ALL.length]
    const bundle = parseBundle(exported.text)
    const scene = { bundle, signer: exported.signer, other, random }
    const text = await change(scene, tampering)
    other = exported
    if (text === null) continue
    made++
    const reached = kind in BESIDE_THE_LISTS ? await reachedBy(aggregators, 0) : undefined
    const clean = { kind: 'clean', text: exported.text, options: { reached } }
    const key = tampering === WITH_ANOTHER_KEY ? exported.signer.key : undefined
    yield { clean, tampered: { kind, text, options: { key, reached } } }
  }
}

async function change(scene: Scene, tampering: Tampering): Promise<string | null> {
  for (let tries = 0; tries < 20; tries++) {
    const text = await tampering(scene)
    if (text === null || differs(scene.bundle, text)) return text
  }
  return null
}

async function isRefused({ text, options }: Fixture): Promise<boolean> {
  try {
    return !(await verifyBundle(parseBundle(text), options)).ok
  } catch {
    return true
  }
}

export async function runSelftest(count: number, seed: number, onProgress: (done: number) => void) {
  const kinds = new Map(ALL.map(([kind]) => [kind, { kind, tampered: 0, found: 0 }]))
  let falseAlarms = 0
  let done = 0
  for await (const { clean, tampered } of fixtures(count, seed)) {
    if (await isRefused(clean)) falseAlarms++
    const counted = kinds.get(tampered.kind)
    if (counted) {
      counted.tampered++
      if (await isRefused(tampered)) counted.found++
    }
    onProgress(++done)
  }
  const all = [...kinds.values()].filter(({ tampered }) => tampered > 0)
  const found = all.reduce((sum, one) => sum + one.found, 0)
  return { tampered: done, found, clean: done, falseAlarms, kinds: all }
}
