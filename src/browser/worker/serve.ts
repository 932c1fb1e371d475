/**
 * @module The worker's end of the messages. Each call gets one answer; snapshots and watched lists are sent without a
 * request.
 */

import { NearsideError } from '@nearside/core/error.ts'
import { nextTask } from '@nearside/engine/nextTask.ts'
import type {
  CallName,
  FromWorker,
  Thread,
  ToWorker,
  WatchedQuery,
  WorkerConfig,
} from '../messages.ts'
import { browserFetch } from '../transport/browserFetch.ts'
import { type Device, type Environment, startDevice } from './device.ts'
import { createBus } from './state.ts'
import { createWatchedLists } from './watchedLists.ts'

/** Part of a dedicated worker's scope that is used. */
export interface Scope {
  postMessage(message: FromWorker): void
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null
  close(): void
}

/** Milliseconds between two messages of a fit's progress. Most fits end before the second. */
const PROGRESS_INTERVAL = 100

/** Posts the first progress of each fit at once, and then at most one in `PROGRESS_INTERVAL`. */
function pacedProgress(
  clock: () => number,
  post: (done: number, steps: number) => void,
): (done: number, steps: number) => void {
  let posted = { done: 0, time: Number.NEGATIVE_INFINITY }
  return (done, steps) => {
    const time = clock()
    const isSameFit = done > posted.done
    if (isSameFit && time - posted.time < PROGRESS_INTERVAL) return
    posted = { done, time }
    post(done, steps)
  }
}

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
  async chooseEngine(preference, work, onSwitch) {
    const { chooseEngine, thisDevice } = await import('./onDemand.ts')
    return chooseEngine(preference, work, thisDevice(), onSwitch)
  },
  onDemand: () => import('./onDemand.ts'),
}

export function serve(scope: Scope, environment: Environment = workerEnvironment): void {
  let starting: Promise<Device> | null = null
  let device: Device | null = null
  const running = new Map<number, AbortController>()
  const watched = createWatchedLists()
  /** Revision of the lists last posted. */
  let revision = -1
  let posting = false
  let order: ReturnType<Device['order']> | null = null

  /** Posts one snapshot for all changes of a turn. */
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
    const moved = snapshot.revision !== revision
    revision = snapshot.revision
    const lists = moved ? watched.changed(shown.list) : []
    scope.postMessage({ kind: 'snapshot', snapshot, lists })
    if (shown.order() === order) return
    order = shown.order()
    scope.postMessage({ kind: 'catalog', ...order })
  }

  async function start(config: WorkerConfig): Promise<void> {
    const bus = createBus()
    bus.on('shown', changed)
    const progress = pacedProgress(environment.clock, (done, steps) =>
      scope.postMessage({ kind: 'progress', id: null, done, steps }),
    )
    bus.on('progress', ({ done, steps }) => progress(done, steps))
    starting = startDevice(config, environment, bus)
    device = await starting
    show(device)
  }

  async function run(name: CallName, args: readonly unknown[], id: number): Promise<unknown> {
    if (name === 'ping') return
    if (name === 'start') return start(args[0] as WorkerConfig)
    const ready = device ?? (await starting)
    if (!ready) throw new NearsideError('worker-failed', 'The worker has not been started.')
    if (name === 'watch') return watched.watch(args[0] as readonly WatchedQuery[], ready.list)
    if (name !== 'fineTune') {
      return (ready[name] as (...args: readonly unknown[]) => unknown)(...args)
    }
    const stop = new AbortController()
    running.set(id, stop)
    return ready.fineTune({
      signal: stop.signal,
      onProgress: pacedProgress(environment.clock, (done, steps) =>
        scope.postMessage({ kind: 'progress', id, done, steps }),
      ),
    })
  }

  scope.onmessage = async ({ data }) => {
    if (data.kind === 'abort') {
      running.get(data.id)?.abort()
      return
    }
    const { id, name, args } = data
    try {
      const value = await run(name, args, id)
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
 * Runs the device in the page instead of a worker. It serves old web views, policies that forbid workers, and pages
 * that can't load the worker's script. It uses the same messages over a channel and the same code in the page's
 * thread. The work comes in slices, so that the page can paint in between (`engine/nextTask.ts`).
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
