/** @module Starts the personalizer through the package's public entries, like any shop. */
import { createPersonalizer, type EnginePreference, type Personalizer } from '../index.ts'
import { inVault } from '../vault.ts'
import { readLatestModel } from './latestModel.ts'
import { loadFederation } from './load.ts'
import { wasCut } from './wire/hint.ts'

const ENGINES: readonly EnginePreference[] = ['auto', 'webgpu', 'wasm', 'js']

/** An address with `?engine=js` forces this engine, so that engines can be compared. */
function engineFromAddress(search: string): EnginePreference {
  const asked = new URLSearchParams(search).get('engine')
  return ENGINES.find((engine) => engine === asked) ?? 'auto'
}

const makeWorker = () =>
  new Worker(new URL('../worker.ts', import.meta.url), { type: 'module', name: 'nearside' })

async function start(): Promise<Personalizer> {
  const catalog = `${import.meta.env.BASE_URL}catalog/catalog.json`
  const { federation, latest, live, modelKeys, persist, vault } = await loadFederation()
  return createPersonalizer({
    catalog: live ? { url: catalog, live } : catalog,
    baseModel: {
      url: `${import.meta.env.BASE_URL}models`,
      latest: latest ?? readLatestModel(document),
    },
    worker: vault ? inVault(vault) : makeWorker,
    engine: engineFromAddress(location.search),
    // Lists leave out products that have their own lists: bought, in the basket, or viewed in this visit.
    exclude: ['owned', 'basket', 'seen'],
    federation,
    modelKeys,
    persist,
    offline: wasCut(),
  })
}

let begun: Promise<Personalizer> | null = null

/** Starts the personalizer before the page's script has loaded. The personalizer needs nothing from the page. */
export function beginPersonalizer(): void {
  begun = start()
  begun.catch(() => undefined)
}

export function startPersonalizer(): Promise<Personalizer> {
  const started = begun ?? start()
  begun = null
  return started
}
