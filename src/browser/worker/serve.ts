/** @module The worker's end of the messages between page and worker (`messages.ts`). */

import { NearsideError } from '@nearside/core/error.ts'
import type { ListQuery, Recommendation } from '@nearside/core/ranking/apiLists.ts'
import { nextTask } from '@nearside/engine/nextTask.ts'
import type {
  FromWorker,
  Thread,
  ToWorker,
  WatchedList,
  WatchedQuery,
  WorkerConfig,
} from '../messages.ts'
import { browserFetch } from '../transport/browserFetch.ts'
import { type Device, startDevice } from './device.ts'
import type { Environment } from './services.ts'
import { createBus } from './state.ts'

/** Part of a dedicated worker's global scope that `serve` uses. */
export interface Scope {
  postMessage(message: FromWorker): void
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null
  close(): void
}

/** Milliseconds between two messages of a fit's progress. Most fits end before the second message. */
const PROGRESS_INTERVAL = 100

export const workerEnvironment: Environment = {
  now: () => Date.now(),
  clock: () => performance.now(),
  random: () => crypto.getRandomValues(new Uint32Array(1))[0] / 2 ** 32,
  timers: {
    set: (callback, milliseconds) => setTimeout(callback, milliseconds) as unknown as number,
    clear: (timer) => clearTimeout(timer),
  },
  nextTask,
  fetch: browserFetch,
  indexedDb: () => globalThis.indexedDB,
  async chooseEngine(preference, onSwitch) {
    const { chooseEngine, thisDevice } = await import('./onDemand.ts')
    return chooseEngine(preference, thisDevice(), onSwitch)
  },
  onDemand: () => import('./onDemand.ts'),
}

/**
 * Wraps `fetch` so that Chromium lists the locales of number formats while the first file downloads. Chromium does this
 * once a process. On a slow phone it takes 0.1 s, for which the first price would otherwise block the page.
 */
export function listingLocales(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
  let hasAsked = false
  return (...request) => {
    if (!hasAsked) setTimeout(() => Intl.NumberFormat.supportedLocalesOf('en'))
    hasAsked = true
    return fetch(...request)
  }
}

export function serve(scope: Scope, environment: Environment = workerEnvironment): void {
  let starting: Promise<Device> | null = null
  let device: Device | null = null
  const running = new Map<number, AbortController>()
  const watched = createWatchedLists()
  /** Revision number of the lists that were last posted. */
  let revision = -1
  let posting = false
  let order: ReturnType<Device['order']> | null = null
  let changes: ReturnType<Device['changes']> = null

  /** Posts one snapshot for all changes of one turn of the event loop. */
  function changed(): void {
    if (posting) return
    posting = true
    queueMicrotask(() => {
      posting = false
      if (device) show(device)
    })
  }

  function show(shown: Device): void {
    const snapshot = shown.snapshot()
    if (shown.changes() !== changes) {
      changes = shown.changes()
      // New prices and products (`live.json`) are posted before the lists, because the lists can contain new products.
      scope.postMessage({ kind: 'live', changes })
    }
    const moved = snapshot.revision !== revision
    revision = snapshot.revision
    const lists = moved ? watched.changed(present(shown)) : []
    scope.postMessage({ kind: 'snapshot', snapshot, lists })
    if (shown.order() === order) return
    order = shown.order()
    scope.postMessage({ kind: 'catalog', ...order })
  }

  async function start(config: WorkerConfig): Promise<void> {
    const bus = createBus()
    bus.on('shown', changed)
    const progress = pacedProgress(null)
    bus.on('progress', ({ done, steps }) => progress(done, steps))
    starting = startDevice(config, environment, bus)
    device = await starting
    show(device)
  }

  /**
   * Posts the first progress of each fit at once, and then at most one in `PROGRESS_INTERVAL`.
   * @param id id of the call that requested the fit; null for automatic fits
   */
  function pacedProgress(id: number | null): (done: number, steps: number) => void {
    let posted = { done: 0, time: Number.NEGATIVE_INFINITY }
    return (done, steps) => {
      const time = environment.clock()
      const isSameFit = done > posted.done
      if (isSameFit && time - posted.time < PROGRESS_INTERVAL) return
      posted = { done, time }
      scope.postMessage({ kind: 'progress', id, done, steps })
    }
  }

  function fineTune(ready: Device, id: number): Promise<unknown> {
    const stop = new AbortController()
    running.set(id, stop)
    return ready.fineTune({ signal: stop.signal, onProgress: pacedProgress(id) })
  }

  scope.onmessage = async ({ data }) => {
    if (data.kind === 'abort') {
      running.get(data.id)?.abort()
      return
    }
    const { id, name, args } = data
    try {
      let value: unknown
      if (name === 'start') await start(args[0])
      else if (name !== 'ping') {
        const ready = device ?? (await starting)
        if (!ready) throw new NearsideError('worker-failed', 'The worker has not been started.')
        // If an earlier call switches to another person, this call is about that person, so wait for the switch.
        while (ready.switching()) await ready.switching()
        if (name === 'watch') {
          value = watched.watch(args[0], present(ready))
          void ready.watch(args[0])
        } else if (name === 'fineTune') value = await fineTune(ready, id)
        else {
          if (name === 'list') await ready.need(args[0])
          value = await (ready[name] as (...args: readonly unknown[]) => unknown)(...args)
        }
      }
      scope.postMessage({ kind: 'result', id, value })
      if (name === 'close') scope.close()
    } catch (thrown) {
      const error = NearsideError.from(thrown, 'worker-failed', `${name} failed`)
      scope.postMessage({ kind: 'error', id, error: error.toWire() })
    } finally {
      running.delete(id)
    }
  }
  scope.postMessage({ kind: 'alive' })
}

/**
 * Does the worker's job in the page's own thread, for old web views, policies that forbid workers, and pages that can't
 * load the worker's script. Between slices of the work, the page can paint (`engine/nextTask.ts`).
 */
export function deviceInPage(environment: Environment = workerEnvironment): Thread {
  const { port1: page, port2: device } = new MessageChannel()
  serve(device, environment)
  return {
    postMessage: (message) => page.postMessage(message),
    set onmessage(handler: Thread['onmessage']) {
      page.onmessage = handler
    },
    onmessageerror: null,
    onerror: null,
    terminate: () => page.close(),
  }
}

/** Computes a list; null if the list is not possible yet. */
type ComputeList = (query: ListQuery) => readonly Recommendation[] | null

const present =
  (device: Device): ComputeList =>
  (query) =>
    device.lacks(query) ? null : device.list(query)

interface Watched {
  readonly query: ListQuery
  /** Items that the page shows; null before any, or if the page shows an error instead. */
  items: readonly Recommendation[] | null
}

/** Option `distinct` of a list; 0 for a list that may repeat items of other lists. */
const placeOf = (query: ListQuery): number => optionsOf(query)?.distinct ?? 0

const optionsOf = (query: ListQuery) => (query.kind === 'rerank' ? undefined : query.options)

/**
 * Lists that the page watches. Lists with `distinct` are computed by ascending value; each leaves out the items of the
 * lists before it.
 */
export function createWatchedLists() {
  const lists = new Map<number, Watched>()

  function compute(
    id: number,
    watched: Watched,
    query: ListQuery,
    list: ComputeList,
  ): WatchedList | null {
    try {
      watched.items = list(query)
      return watched.items && { id, items: watched.items }
    } catch (error) {
      watched.items = null
      const cause = NearsideError.from(error, 'worker-failed', 'A list failed')
      return { id, error: cause.toWire() }
    }
  }

  /**
   * Computes lists, and returns those that differ from the lists that the page shows.
   * @param all whether to compute all lists, or only lists that are new, failed or depend on other lists
   */
  function update(all: boolean, list: ComputeList): readonly WatchedList[] {
    const held: { readonly place: number; readonly id: string }[] = []
    return [...lists]
      .sort(([, a], [, b]) => placeOf(a.query) - placeOf(b.query))
      .flatMap(([id, watched]) => {
        const { query, items } = watched
        const place = placeOf(query)
        if (items && !all && !place) return []
        const others = held.filter((one) => one.place < place)
        const now = compute(id, watched, without(query, others), list)
        // A list with `until` shows an earlier state for comparison, so other lists may contain its items.
        if (place && optionsOf(query)?.until === undefined)
          for (const item of watched.items ?? []) held.push({ place, id: item.id })
        const isSame =
          items && watched.items && JSON.stringify(items) === JSON.stringify(watched.items)
        return !now || isSame ? [] : [now]
      })
  }

  return {
    /** @returns the new lists, and the other lists that change because of them */
    watch(queries: readonly WatchedQuery[], list: ComputeList): readonly WatchedList[] {
      for (const { id, query } of queries)
        if (query) lists.set(id, { query, items: null })
        else lists.delete(id)
      return update(false, list)
    },
    /** @returns lists that differ from those that the page shows */
    changed: (list: ComputeList): readonly WatchedList[] => update(true, list),
  }
}

function without(query: ListQuery, others: readonly { readonly id: string }[]): ListQuery {
  if (others.length === 0 || query.kind === 'rerank') return query
  const { excludeIds = [] } = query.options ?? {}
  const ids = others.map(({ id }) => id).concat(excludeIds)
  return { ...query, options: { ...query.options, excludeIds: ids } }
}
