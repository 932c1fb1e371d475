/**
 * @module The facade: the public surface over a worker. It holds no data of its own but the last
 * snapshot, and the catalog's order in case the worker dies.
 */

import { NearsideError } from '../core/error.ts'
import type { ListQuery, Recommendation } from '../core/ranking/apiLists.ts'
import { EMPTY_ORDER, listWithoutModel } from '../core/ranking/catalogOrder.ts'
import type { Personalizer, PersonalizerOptions } from '../device/api.ts'
import type { Thread, WorkerConfig } from '../device/messages.ts'
import { browserFetch } from '../device/transport/browserFetch.ts'
import { fetchOrder } from '../device/transport/catalogOfPage.ts'
import { browserConditions, type ConditionsSource } from './deviceConditions.ts'
import { createPageLists } from './pageLists.ts'
import { ENGINES, readOptions, requireOneOf } from './readOptions.ts'
import { createShopContext } from './shopContext.ts'
import { PageSnapshot } from './snapshot.ts'
import { type Recovery, SILENCE, WorkerLink } from './workerLink.ts'

/** What a page has of its own; a replay of the past gives other ones. */
export interface PageEnvironment {
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** A new id, unique on this device. */
  readonly newId: () => string
  /** Whether the page is visible, and how the device’s power is. */
  readonly conditions: ConditionsSource
  /** Milliseconds after which a silent worker counts as dead. */
  readonly silence: number
  /** Where there are no workers; absent, lists are in the shop's order then. */
  readonly inPage?: () => Promise<Thread>
  /** Told each notice as it comes, in one line; absent: they are in the snapshot only. */
  readonly warn?: (line: string) => void
  /** For the catalog, where there is no device to ask for it; absent where it is given. */
  readonly fetch?: typeof globalThis.fetch
}

/** `randomUUID` needs a secure context, `getRandomValues` doesn't. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** As bundlers say it; without one there is no `process`. */
function isDevelopment(): boolean {
  try {
    return process.env.NODE_ENV === 'development'
  } catch {
    return false
  }
}

const browser = (): PageEnvironment => ({
  now: () => Date.now(),
  newId,
  conditions: browserConditions(),
  silence: SILENCE,
  // Nobody loads it who has workers. Not the worker's own file, which may be what is missing.
  inPage: async () => (await import('../device/worker/serve.ts')).deviceInPage(),
  fetch: browserFetch,
  ...(isDevelopment() && { warn: (line: string) => console.warn(line) }),
})

const AFTER: Readonly<Record<Recovery, string>> = {
  restarted: 'It was started again; nothing that was stored is lost.',
  'in-page': 'Everything runs in the page itself instead.',
  down: 'Lists are in the shop’s order, and nothing is kept, until the page is loaded again.',
}

/**
 * Starts the worker; resolves when lists can be asked for. Whatever is missing (storage, network,
 * even the worker) degrades and is said in the snapshot's notices.
 *
 * @example
 * const personalizer = await createPersonalizer({
 *   catalog: '/catalog/catalog.json',
 *   baseModel: '/models',
 *   worker: () => new Worker(new URL('nearside/worker', import.meta.url), { type: 'module' }),
 * })
 * await personalizer.capture({ name: 'view_item', item_id: 'SKU_1' })
 * const list = await personalizer.recommend({ limit: 12 })
 *
 * @param environment in place of the browser's own clock, ids and conditions
 * @throws NearsideError `input-invalid` for options that can't be meant
 */
export async function createPersonalizer(
  options: PersonalizerOptions,
  environment: PageEnvironment = browser(),
): Promise<Personalizer> {
  const { config, order: givenOrder } = readOptions(options)
  const snapshot = new PageSnapshot(environment.now, config.engine, environment.warn)
  const inVault = 'inVault' in options.worker
  snapshot.set({ vault: inVault })
  let order = givenOrder
  let asked: Promise<void> | null = null
  let closed = false

  const shopContext = createShopContext(options.context, environment.now, (error) =>
    snapshot.notify(NearsideError.from(error, 'input-invalid', 'context failed')),
  )

  /** Before whatever depends on the moment: the worker takes calls in order. */
  function sendContext(): void {
    if (shopContext.changed()) link.call('context', [shopContext.given()]).catch(() => undefined)
  }

  /** Asks for the catalog where no device ever told of it; again when that failed. */
  async function listInOrder(query: ListQuery): Promise<readonly Recommendation[]> {
    const { catalog } = config
    const { fetch } = environment
    if (!order && fetch && typeof catalog === 'string') {
      asked ??= fetchOrder(fetch, catalog).then(
        (answer) => {
          order = answer
        },
        (error) => {
          snapshot.notify(error)
          asked = null
        },
      )
      await asked
    }
    return listWithoutModel(order ?? EMPTY_ORDER, query)
  }

  const lists = createPageLists(async (queries) => {
    requireOpen()
    sendContext()
    try {
      return await link.call('watch', [queries])
    } catch (error) {
      if (!link.down || closed) throw error
      const wanted = queries.flatMap(({ id, query }) => (query ? [{ id, query }] : []))
      return Promise.all(
        wanted.map(async ({ id, query }) => ({ id, items: await listInOrder(query) })),
      )
    }
  })

  const link = new WorkerLink({
    worker: options.worker,
    config: (): WorkerConfig => ({
      ...config,
      engine: snapshot.current.enginePreference,
      conditions: environment.conditions.read(),
      context: shopContext.given(),
    }),
    silence: environment.silence,
    received(message) {
      if (closed) return
      if (message.kind === 'catalog') order = message
      else if (message.kind === 'progress') {
        const { done, steps } = message
        snapshot.set({ fitting: { done, steps } })
      } else {
        snapshot.receive(message.snapshot)
        lists.deliver(message.lists)
      }
    },
    inPage: inVault ? undefined : environment.inPage,
    lost(error, recovery) {
      const message = `${error.message} ${AFTER[recovery]}`
      snapshot.notify(new NearsideError('worker-failed', message, { cause: error }))
      lists.again()
    },
  })

  /** Lists are answered whatever happens to the worker. */
  async function list(query: ListQuery): Promise<readonly Recommendation[]> {
    requireOpen()
    sendContext()
    try {
      return await link.call('list', [query])
    } catch (error) {
      if (link.down && !closed) return listInOrder(query)
      throw error
    }
  }

  function requireOpen(): void {
    if (closed) throw new NearsideError('closed', 'The personalizer was closed.')
  }

  const call: WorkerLink['call'] = async (name, args, callOptions) => {
    requireOpen()
    return link.call(name, args, callOptions)
  }

  try {
    await link.start()
  } catch (error) {
    // The link has said why; the shop's own order is still there.
    if (!link.down)
      snapshot.notify(NearsideError.from(error, 'worker-failed', 'The worker failed to start'))
  }
  const { conditions } = environment
  const unsubscribe = conditions.listen(() => {
    if (link.down) return
    sendContext()
    link.call('conditions', [conditions.read()]).catch(() => undefined)
  })
  snapshot.set({ status: 'ready' })

  return {
    async capture(input) {
      if (closed) return null
      const captured = { id: environment.newId(), time: environment.now(), input }
      try {
        sendContext()
        // What can't be cloned (a DOM node, a function) must not throw into the shop's page.
        return await link.call('capture', [captured])
      } catch (error) {
        const { code, message } = NearsideError.from(error, 'event-invalid', 'It failed')
        const why = `An event was not kept: ${message}`
        snapshot.notify(new NearsideError(code, why, { cause: error }))
        return null
      }
    },
    seed: (orders) => call('seed', [orders]),
    events: ({ limit = 100, about } = {}) => call('events', [limit, about]),
    recommend: (options) => list({ kind: 'recommend', options }),
    similar: (item, options) => list({ kind: 'similar', item, options }),
    boughtTogether: (item, options) => list({ kind: 'boughtTogether', item, options }),
    rerank: (items, options) => list({ kind: 'rerank', items, options }),
    watch: lists.watch,
    async explain(item) {
      requireOpen()
      sendContext()
      return link.call('explain', [item])
    },
    fineTune: (options = {}) => call('fineTune', [], options),
    async setEngine(preference) {
      requireOneOf('engine', preference, ENGINES)
      return call('setEngine', [preference])
    },
    setContribution: (...answer) => call('setContribution', answer),
    contributionTerms: () => call('contributionTerms', []),
    contribute: () => call('contribute', []),
    checkForUpdate: () => call('checkForUpdate', []),
    pause: (paused) => call('pause', [paused]),
    setPersist: (allowed) => call('setPersist', [allowed]),
    async forget(what) {
      const forgotten = await call('forget', [what])
      return () => call('restore', [forgotten])
    },
    erase: () => call('erase', []),
    export: () => call('export', []),
    exportTransfer: () => call('exportTransfer', []),
    importTransfer: (file, code) => call('importTransfer', [file, code]),
    audit: {
      entries: () => call('entries', []),
      verify: () => call('verify', []),
    },
    subscribe: (listener) => snapshot.subscribe(listener),
    getSnapshot: () => snapshot.current,
    close() {
      if (closed) return
      closed = true
      unsubscribe()
      snapshot.set({ status: 'closed' })
      const end = () => link.terminate(new NearsideError('closed', 'The personalizer was closed.'))
      // What was captured before is stored first; a worker that doesn't answer is ended anyway.
      const late = new Promise((resolve) => setTimeout(resolve, 1000))
      Promise.race([link.call('close', []), late]).then(end, end)
    },
  }
}
