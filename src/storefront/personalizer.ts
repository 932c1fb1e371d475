/** @module Starts the personalizer, as any shop that uses the package would. */
import type { Item } from '../catalog/item.ts'
import { createPersonalizer, type EnginePreference, type Personalizer } from '../index.ts'
import { loadFederation } from './load.ts'

const ENGINES: readonly EnginePreference[] = ['auto', 'webgpu', 'wasm', 'cpu', 'js']

/** `?engine=js` forces an engine, for comparing them. */
export function engineFromAddress(search: string): EnginePreference {
  const asked = new URLSearchParams(search).get('engine')
  return ENGINES.find((engine) => engine === asked) ?? 'auto'
}

const makeWorker = () =>
  new Worker(new URL('../worker.ts', import.meta.url), { type: 'module', name: 'nearside' })

// The worker's script loads while the catalogue is still on its way.
let early: Worker | null = makeWorker()

function takeWorker(): Worker {
  const worker = early ?? makeWorker()
  early = null
  return worker
}

export interface Started {
  readonly personalizer: Personalizer
  /** False where the shop names no aggregation servers: then there is no upload path at all. */
  readonly canContribute: boolean
}

const federation = loadFederation()

export async function startPersonalizer(catalog: readonly Item[]): Promise<Started> {
  const servers = await federation
  const personalizer = await createPersonalizer({
    catalog,
    baseModel: `${import.meta.env.BASE_URL}models`,
    worker: takeWorker,
    engine: engineFromAddress(location.search),
    federation: servers,
  })
  return { personalizer, canContribute: servers !== undefined }
}
