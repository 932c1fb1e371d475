/** @module One process of a noise evaluation: walks its share of the shoppers under every setting. */

import type { Usual } from '../../core/events/clean/outliers.ts'
import { createWasmEngine } from '../../engine/wasm/wasmEngine.ts'
import { type NoisyCase, walkNoisy } from '../noise/noisyWalk.ts'
import { noiseSettings, noiseShoppers, shopLog } from '../noise/prepareNoise.ts'
import { prepareWalk, type TunedBaselines } from '../prepare.ts'
import { load, type Question } from './load.ts'
import { type Send, serve } from './walkMessage.ts'

export interface NoiseOrder {
  readonly question: Question
  readonly tuned: TunedBaselines
  readonly shares: readonly number[]
  /** This process takes every `processes`th shopper, starting at `process`. */
  readonly process: number
  readonly processes: number
}

async function run(order: NoiseOrder, send: Send<NoisyCase>): Promise<void> {
  const { input } = await load(order.question)
  const engine = await createWasmEngine()
  const walk = prepareWalk(input, order.tuned, (problem) => engine.fit(problem))
  const shoppers = noiseShoppers(input)
  const settings = noiseSettings(order.shares)
  const { draw, usualOf } = shopLog(input)
  const known = new Map<number, Usual>()
  const usual = settings.map(({ share }) => {
    const found = known.get(share) ?? usualOf(share, false)
    known.set(share, found)
    return found
  })
  const noisy = { walk, settings, usual, draw }
  for (let k = order.process; k < shoppers.length; k += order.processes) {
    const { shopper, cases } = shoppers[k]
    const results = await walkNoisy(noisy, shopper, cases, input.seed + 15_485_863 * (k + 1))
    send({ kind: 'walked', shopper: k, results })
  }
}

serve(run)
