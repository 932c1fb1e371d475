/**
 * @module The page's end of the messages to the worker. If the worker dies, the link starts it once more and sends
 * unanswered calls again; events have ids, so each is stored once. If no worker has ever answered, the page does the
 * worker's job itself. If the page can't do so either, or a second worker died, the link stays down.
 */
import { NearsideError } from '@nearside/core/error.ts'
import type { Personalizer } from '../api.ts'
import type { CallName, Calls, FromWorker, Thread, ToWorker, WorkerConfig } from '../messages.ts'

type CallOptions = NonNullable<Parameters<Personalizer['fineTune']>[0]>

/** Milliseconds without any message after which a worker counts as dead. No task blocks it for a tenth of this time. */
export const SILENCE = 10_000

/**
 * Before the worker's first message, the limit is this many times `SILENCE`: the worker's script must be downloaded.
 */
const LOADING_FACTOR = 6

/** Where the work continues after a worker was lost: in a new worker, in the page, or nowhere. */
export type Recovery = 'restarted' | 'in-page' | 'down'

/** Kinds of messages that the page gets without a request. */
export type Unasked = 'snapshot' | 'catalog' | 'live' | 'progress'

interface LinkDeps {
  readonly worker: () => Thread
  /** Does the worker's job in the page; absent if the page must not do it. */
  readonly inPage?: () => Promise<Thread>
  readonly config: () => WorkerConfig
  readonly silence: number
  readonly received: (message: Extract<FromWorker, { kind: Unasked }>) => void
  /** Called after a worker was lost, before unanswered calls go to a new worker or to the page. */
  readonly lost: (error: NearsideError, recovery: Recovery) => void
}

interface Pending {
  readonly message: ToWorker & { readonly kind: 'call' }
  readonly resolve: (value: never) => void
  readonly reject: (error: NearsideError) => void
  readonly onProgress: CallOptions['onProgress']
}

export class WorkerLink {
  readonly #deps: LinkDeps
  readonly #pending = new Map<number, Pending>()
  #worker: Thread | null = null
  #nextId = 1
  #restarts = 0
  #lastMessageAt = 0
  /** Time since which a call is unanswered, milliseconds since the epoch; earlier silence doesn't count. */
  #askedAt = 0
  #watch: ReturnType<typeof setTimeout> | null = null
  /** Reason why no worker will answer any more; null while one can. */
  down: NearsideError | null = null
  #alive = false
  /** Whether any worker has ever sent a message. If so, the page never does the worker's job itself. */
  #everAlive = false
  #inPage = false
  #started: Promise<void> = Promise.resolve()

  constructor(deps: LinkDeps) {
    this.#deps = deps
  }

  /** Starts the worker; resolves when it answers, rejects if it can't be started. */
  start(): Promise<void> {
    this.#spawn()
    return this.#started
  }

  /** @throws NearsideError the worker's error, or `worker-failed` if the link is down */
  call<K extends CallName>(
    name: K,
    args: Parameters<Calls[K]>,
    { signal, onProgress }: CallOptions = {},
  ): Promise<ReturnType<Calls[K]>> {
    if (this.down) return Promise.reject(this.down)
    if (signal?.aborted) return Promise.reject(new NearsideError('aborted', 'Aborted.'))
    const id = this.#nextId++
    const message = { kind: 'call', id, name, args } as unknown as Pending['message']
    const abort = () => this.#worker?.postMessage({ kind: 'abort', id })
    signal?.addEventListener('abort', abort, { once: true })
    return new Promise<ReturnType<Calls[K]>>((resolve, reject) => {
      if (this.#pending.size === 0) this.#askedAt = Date.now()
      this.#pending.set(id, { message, resolve: resolve as Pending['resolve'], reject, onProgress })
      try {
        this.#worker?.postMessage(message)
      } catch (error) {
        // Structured clone refuses functions and DOM nodes, so posting them throws.
        this.#pending.delete(id)
        reject(NearsideError.from(error, 'input-invalid', `An argument of ${name} can't be sent`))
        return
      }
      this.#listenForSilence()
    }).finally(() => signal?.removeEventListener('abort', abort))
  }

  terminate(error: NearsideError): void {
    this.#goDown(error)
    this.#worker?.terminate()
    this.#worker = null
  }

  #spawn(): void {
    this.#lastMessageAt = Date.now()
    this.#alive = false
    try {
      const worker = this.#deps.worker()
      this.#listenTo(worker)
      worker.onmessageerror = () => this.#lost(worker, 'sent something unreadable')
      worker.onerror = (event) => {
        event.preventDefault?.()
        this.#lost(worker, event.message ? `failed: ${event.message}` : 'could not be loaded')
      }
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      const message = `The worker could not be made (${why}).`
      this.#withoutWorker(new NearsideError('worker-failed', message, { cause: error }))
    }
    this.#sendWaiting()
  }

  #listenTo(thread: Thread): void {
    this.#worker = thread
    thread.onmessage = ({ data }) => this.#receive(data)
  }

  /** Sends unanswered calls, the oldest first. The worker answers these calls after it has started. */
  #sendWaiting(): void {
    const waiting = [...this.#pending.values()]
    if (!waiting.some(({ message }) => message.name === 'start')) {
      this.#started = this.call('start', [this.#deps.config()])
      this.#started.catch(() => undefined)
    }
    for (const { message } of waiting) this.#worker?.postMessage(message)
  }

  /** Lets the page do the worker's job; calls wait while the code for it loads. */
  #withoutWorker(why: NearsideError): void {
    const { inPage, lost } = this.#deps
    const giveUp = () => {
      this.#goDown(why)
      lost(why, 'down')
    }
    if (!inPage || this.#everAlive) {
      giveUp()
      return
    }
    this.#inPage = true
    inPage().then((thread) => {
      // The link was closed in the meantime, so nothing starts.
      if (this.down) return thread.terminate()
      lost(why, 'in-page')
      this.#listenTo(thread)
      this.#sendWaiting()
    }, giveUp)
  }

  #receive(message: FromWorker): void {
    this.#lastMessageAt = Date.now()
    this.#alive = true
    this.#everAlive = true
    if (message.kind === 'alive') return
    if (message.kind === 'snapshot' || message.kind === 'catalog' || message.kind === 'live') {
      this.#deps.received(message)
      return
    }
    if (message.kind === 'progress') this.#deps.received(message)
    const pending = message.id === null ? undefined : this.#pending.get(message.id)
    if (!pending) return
    if (message.kind === 'progress') {
      pending.onProgress?.(message.done, message.steps)
      return
    }
    this.#pending.delete(message.id)
    if (message.kind === 'result') pending.resolve(message.value as never)
    else pending.reject(NearsideError.fromWire(message.error))
  }

  /**
   * While a call is unanswered, pings the worker after each half of the time limit. A worker that answers pings counts
   * as alive, however long the call takes.
   */
  #listenForSilence(): void {
    // The worker's code in the page shares the page's thread, so no timer could notice that it hangs.
    if (this.#watch !== null || this.#inPage) return
    this.#watch = setTimeout(() => {
      this.#watch = null
      if (this.#pending.size === 0 || this.down || !this.#worker || this.#inPage) return
      const silent = Date.now() - Math.max(this.#lastMessageAt, this.#askedAt)
      const limit = this.#deps.silence * (this.#alive ? 1 : LOADING_FACTOR)
      if (silent >= limit) this.#lost(this.#worker, 'stopped answering')
      else this.#worker.postMessage({ kind: 'call', id: this.#nextId++, name: 'ping', args: [] })
      this.#listenForSilence()
    }, this.#deps.silence / 2)
  }

  #lost(worker: Thread, how: string): void {
    if (worker !== this.#worker) return
    worker.terminate()
    this.#worker = null
    const error = new NearsideError('worker-failed', `The worker ${how}.`)
    if (this.#restarts++ === 0) {
      this.#deps.lost(error, 'restarted')
      this.#spawn()
    } else this.#withoutWorker(error)
  }

  #goDown(error: NearsideError): void {
    this.down = error
    if (this.#watch !== null) clearTimeout(this.#watch)
    this.#watch = null
    for (const { reject } of this.#pending.values()) reject(error)
    this.#pending.clear()
  }
}
