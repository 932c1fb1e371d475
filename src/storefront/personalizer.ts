/** @module Starts the personalizer, as any shop that uses the package would. */
import { createPersonalizer, type EnginePreference, type Personalizer } from '../index.ts'
import { inVault } from '../vault.ts'
import { readLatestModel } from './latestModel.ts'
import { loadFederation } from './load.ts'

const ENGINES: readonly EnginePreference[] = ['auto', 'webgpu', 'wasm', 'js']

/** `?engine=js` forces an engine, for comparing them. */
export function engineFromAddress(search: string): EnginePreference {
  const asked = new URLSearchParams(search).get('engine')
  return ENGINES.find((engine) => engine === asked) ?? 'auto'
}

export interface Started {
  readonly personalizer: Personalizer
  /** False where the shop names no aggregation servers: then there is no upload path at all. */
  readonly canContribute: boolean
}

const makeWorker = () =>
  new Worker(new URL('../worker.ts', import.meta.url), { type: 'module', name: 'nearside' })

async function start(): Promise<Started> {
  const { federation, latest, modelKeys, vault } = await loadFederation()
  const personalizer = await createPersonalizer({
    catalog: `${import.meta.env.BASE_URL}catalog/catalog.json`,
    baseModel: `${import.meta.env.BASE_URL}models`,
    latest: latest ?? readLatestModel(document),
    worker: vault ? inVault(vault) : makeWorker,
    engine: engineFromAddress(location.search),
    // What is due again, and what was looked at in this visit, has a shelf of its own.
    exclude: ['owned', 'basket', 'seen'],
    federation,
    modelKeys,
  })
  return { personalizer, canContribute: federation !== undefined }
}

let begun: Promise<Started> | null = null

/** It needs nothing of the page, so it doesn't wait for the page's script. */
export function beginPersonalizer(): void {
  begun = start()
  begun.catch(() => undefined)
}

export function startPersonalizer(): Promise<Started> {
  const started = begun ?? start()
  begun = null
  return started
}
