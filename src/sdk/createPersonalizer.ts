/**
 * @module Public interface of a personalizer, in front of a worker. The page stores only the last snapshot, and the
 * catalog's order in case the worker dies.
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

/** Inputs from the page's surroundings; a replay of past events passes its own. */
export interface PageEnvironment {
  /** Current time, milliseconds since the epoch. */
  readonly now: () => number
  /** Creates an id that is unique on this device. */
  readonly newId: () => string
  /** Visibility of the page, and state of the device's power. */
  readonly conditions: ConditionsSource
  /** Milliseconds after which a silent worker counts as dead. */
  readonly silence: number
  /** Runs the device in the page if there are no workers. Without it, lists are then in the shop's order. */
  readonly inPage?: () => Promise<Thread>
  /** Gets each notice as one line. Without it, notices appear in the snapshot only. */
  readonly warn?: (line: string) => void
  /** Fetches the catalog if no device can be asked for it. Not needed if the page passes the catalog. */
  readonly fetch?: typeof globalThis.fetch
}

/** `randomUUID` needs a secure context, `getRandomValues` doesn't. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Bundlers replace `process.env.NODE_ENV`; without a bundler `process` doesn't exist. */
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
  // Pages with workers never load this. It is not the worker's own file, which may be the missing one.
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
 * Starts the worker and resolves when lists can be requested. If storage, network or the worker is missing, the
 * personalizer works with less and reports that in the snapshot's notices.
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
 * @param environment replaces the browser's own clock, ids and conditions
 * @throws NearsideError `input-invalid` for invalid options
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

  /**
   * Sends the shop's context if it changed. Call this before any call that depends on it: the worker takes calls in
   * order.
   */
  function sendContext(): void {
    if (shopContext.changed()) link.call('context', [shopContext.given()]).catch(() => undefined)
  }

  /**
   * Lists in the catalog's order. If no device has sent the catalog, the page fetches it, and tries again after a
   * failure.
   */
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

  /** Answers a list even if the worker is down. */
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
    // If the link is down, it has already reported why, and lists come in the shop's own order.
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
        // A value that can't be cloned (a DOM node, a function) must not throw into the shop's page.
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
      // Let the worker store earlier events first, but end a worker that doesn't answer.
      const late = new Promise((resolve) => setTimeout(resolve, 1000))
      Promise.race([link.call('close', []), late]).then(end, end)
    },
  }
}
