/**
 * @module Lists under rules that are not published yet. The code that runs in a shopper's browser makes these lists, in
 * memory. Here it never learns, contributes or uses the network.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { WorkerConfig } from '@nearside/browser/messages.ts'
import { type Device, startDevice } from '@nearside/browser/worker/device.ts'
import { workerEnvironment } from '@nearside/browser/worker/serve.ts'
import { utf8 } from '@nearside/core/bytes.ts'
import type { Item } from '@nearside/core/catalog/item.ts'
import { NearsideError } from '@nearside/core/error.ts'
import type { ListQuery, Recommendation } from '@nearside/core/ranking/apiLists.ts'
import type { Rule } from '@nearside/core/rules/rule.ts'
import { blend } from '@nearside/core/search/blend.ts'
import { createMeanings } from '@nearside/core/search/meanings.ts'
import { createProductSearch, type ProductSearch } from '@nearside/core/search/search.ts'
import { createSearchRules } from '@nearside/core/search/searchRules.ts'
import { serially } from '@nearside/core/serially.ts'
import type { ListKind } from './edits.ts'

/** Which shopper looks at which page, and when. */
export interface View {
  /** Products that the shopper looked at, latest last; empty for a new visitor. */
  readonly looked: readonly string[]
  /** Product whose page the shopper looks at. */
  readonly about?: string
  readonly page?: string
  /** Query of a search; if present, the view contains only the search's result. */
  readonly search?: string
  readonly context: Readonly<Record<string, string>>
  /** Time of the visit, milliseconds since the epoch. */
  readonly time: number
}

export type Lists = Readonly<Partial<Record<ListKind, readonly Recommendation[]>>> & {
  /** Page that a rule opens instead of the search's result. */
  readonly redirect?: string
}

export type Preview = Awaited<ReturnType<typeof openPreview>>

/** Number of products in each list of a preview. */
const LIMIT = 12

/** Address that is never reached, because every request is answered from memory or the disk. */
const ADDRESS = 'http://studio.invalid/'

/** @throws NearsideError `model-unreachable` if the device can't load the model */
export async function openPreview(models: string, catalog: readonly Item[]) {
  let time = Date.now()
  let rules = utf8('[]')
  const device = await startDevice(configFor(catalog), {
    ...workerEnvironment,
    now: () => time,
    random: () => 0,
    // Without timers, the device neither learns nor looks for updates by itself.
    timers: { set: () => 0, clear() {} },
    indexedDb: () => undefined,
    chooseEngine: async () => {
      throw new NearsideError('engine-unavailable', 'The preview does not learn')
    },
    async fetch(request) {
      const { pathname } = new URL(request instanceof Request ? request.url : request)
      if (pathname === '/rules.json') return new Response(rules)
      const bytes = await readFile(join(models, pathname.replace(/^\/models\//, '')))
      return new Response(new Uint8Array(bytes))
    },
  })
  await device.ready()
  const { model, notices } = device.snapshot()
  if (model === null) {
    await device.close()
    throw new NearsideError('model-unreachable', notices[0]?.message ?? 'The model can’t be used')
  }
  const alone = serially()
  let search: ProductSearch | null = null
  function resultOf(
    search: ProductSearch,
    { search: query = '', page }: View,
    variant: readonly Rule[],
  ): Lists {
    const hits = search.find(query, catalog.length, time)
    const rules = createSearchRules(variant, catalog, createMeanings([]))(query, time)
    const ruled = rules ? rules.apply(hits) : hits
    const items = ruled.map(({ id }) => id)
    const options = page === undefined ? {} : { page }
    const ranked = device.list({ kind: 'rerank', items, options })
    const tolerance = device.snapshot().model?.searchTolerance
    const known = new Map(ranked.map((one) => [one.id, one]))
    const shown = blend(ruled, [...known.keys()], tolerance)
      .flatMap(({ id }) => known.get(id) ?? [])
      .slice(0, LIMIT)
      .map((one, at) => ({ ...one, rank: at + 1 }))
    return { search: shown, ...(rules?.redirect && { redirect: rules.redirect }) }
  }
  return {
    /** Lists of one view under each variant of the rules. */
    lists: (view: View, variants: readonly (readonly Rule[])[]) =>
      alone(async () => {
        time = view.time
        await device.erase()
        await device.context(view.context)
        for (const [at, item_id] of view.looked.entries()) {
          const ago = (view.looked.length - at) * 60_000
          const input = { name: 'view_item', item_id } as const
          await device.capture({ id: `${at}`, time: time - ago, input })
        }
        const found: Lists[] = []
        for (const variant of variants) {
          rules = utf8(JSON.stringify(variant))
          await device.checkForUpdate()
          const { search: query } = view
          if (query) search ??= createProductSearch(catalog)
          found.push(query && search ? resultOf(search, view, variant) : listsOf(device, view))
        }
        return found
      }),
    close: () => device.close(),
  }
}

function listsOf(device: Device, { about, page }: View): Lists {
  const options = { limit: LIMIT, ...(page !== undefined && { page }) }
  const list = (query: ListQuery) => device.list(query)
  if (about === undefined) return { recommend: list({ kind: 'recommend', options }) }
  return {
    similar: list({ kind: 'similar', item: about, options }),
    boughtTogether: list({ kind: 'boughtTogether', item: about, options }),
    recommend: list({ kind: 'recommend', options }),
  }
}

const configFor = (catalog: readonly Item[]): WorkerConfig => ({
  catalog,
  baseModel: `${ADDRESS}models/`,
  rules: `${ADDRESS}rules.json`,
  engine: 'js',
  federation: null,
  database: 'studio',
  persist: 'always',
  strategy: 'hybrid',
  learners: [],
  imbalance: 'none',
  cleaning: 'rules',
  exclude: ['bought', 'basket'],
  live: null,
  latest: null,
  modelKeys: null,
  retentionDays: Number.POSITIVE_INFINITY,
  conditions: { visible: true, savesData: false, battery: null, globalPrivacyControl: false },
  context: {},
})
