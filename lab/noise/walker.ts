/** @module One process of the noise experiment: walks its share of the shoppers under every setting. */
import type { Usual } from '../../src/core/events/clean/outliers.ts'
import { createWasmEngine } from '../../src/engine/wasm/wasmEngine.ts'
import { load, type Question } from '../../src/evaluate/load.ts'
import { prepareDevices } from '../../src/evaluate/prepare.ts'
import { serveProcess } from '../../src/evaluate/processes.ts'
import { walkNoisy } from './noisyWalk.ts'
import { noiseSettings, noiseShoppers, shopLog } from './prepareNoise.ts'

export interface NoiseOrder {
  readonly question: Question
  readonly shares: readonly number[]
}

serveProcess(async (order: NoiseOrder) => {
  const { input } = await load(order.question)
  const engine = await createWasmEngine()
  const shoppers = noiseShoppers(input)
  const settings = noiseSettings(order.shares)
  const { draw, usualOf } = shopLog(input)
  const known = new Map<number, Usual>()
  const usual = settings.map(({ share }) => {
    const found = known.get(share) ?? usualOf(share, false)
    known.set(share, found)
    return found
  })
  const devices = prepareDevices(input, (problem) => engine.fit(problem))
  return (k) => {
    const { shopper, cases } = shoppers[k]
    const seed = input.seed + 15_485_863 * (k + 1)
    return walkNoisy({ devices, settings, usual, draw }, shopper, cases, seed)
  }
})
