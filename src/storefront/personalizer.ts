/** @module Starts the personalizer, as any shop that uses the package would. */
import { createPersonalizer, type EnginePreference, type Personalizer } from '../index.ts'
import { loadFederation } from './load.ts'

const ENGINES: readonly EnginePreference[] = ['auto', 'webgpu', 'wasm', 'cpu', 'js']

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
  // Its script loads while the servers' addresses are still on their way.
  let early: Worker | null = makeWorker()
  const servers = await loadFederation()
  const personalizer = await createPersonalizer({
    catalog: `${import.meta.env.BASE_URL}catalog/catalog.json`,
    baseModel: `${import.meta.env.BASE_URL}models`,
    worker() {
      const worker = early ?? makeWorker()
      early = null
      return worker
    },
    engine: engineFromAddress(location.search),
    federation: servers,
  })
  return { personalizer, canContribute: servers !== undefined }
}

// It needs nothing of the page, so it doesn't wait for the page's catalogue.
let early: Promise<Started> | null = start()
early.catch(() => undefined)

export function startPersonalizer(): Promise<Started> {
  const started = early ?? start()
  early = null
  return started
}
