/**
 * @module The page's end of the messages. Calls are answered by the worker; when the worker dies it
 * is started once more and unanswered calls are sent again (events carry ids, so twice is once).
 * Where no worker ever lived, the device runs in the page. When that fails too, or a worker died
 * twice, the link is down for good, and says so.
 */
import { NearsideError } from '../core/error.ts'
import type { Personalizer } from '../device/api.ts'
import type {
  CallName,
  Calls,
  FromWorker,
  Thread,
  ToWorker,
  WorkerConfig,
} from '../device/messages.ts'

type CallOptions = NonNullable<Parameters<Personalizer['fineTune']>[0]>

/**
 * A worker that says nothing at all for this long, not even to a ping, is dead: nothing of ours
 * holds its thread for a tenth of it.
 */
export const SILENCE = 10_000

/** Times as long until the first sign of life: the script has to be downloaded first. */
const LOADING_FACTOR = 6

/** What became of the device when its worker was lost. */
export type Recovery = 'restarted' | 'in-page' | 'down'

interface LinkDeps {
  readonly worker: () => Thread
  /** Runs the device in the page; absent where that is not wanted. */
  readonly inPage?: () => Promise<Thread>
  readonly config: () => WorkerConfig
  readonly silence: number
  readonly received: (
    message: Extract<FromWorker, { kind: 'snapshot' | 'catalog' | 'progress' }>,
  ) => void
  /** Called before what waits is sent to the next one. */
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
  /** When the oldest unanswered call was made: silence before it means nothing. */
  #askedAt = 0
  #watch: ReturnType<typeof setTimeout> | null = null
  #down: NearsideError | null = null
  #alive = false
  /** Of any worker so far: one that lived and died is no reason to burden the page. */
  #everAlive = false
  #inPage = false
  #started: Promise<void> = Promise.resolve()

  constructor(deps: LinkDeps) {
    this.#deps = deps
  }

  get down(): boolean {
    return this.#down !== null
  }

  /** Resolves when the worker answers; rejects when it can't be started. */
  start(): Promise<void> {
    this.#spawn()
    return this.#started
  }

  /** @throws NearsideError as the worker does, `worker-failed` when the link is down */
  call<K extends CallName>(
    name: K,
    args: Parameters<Calls[K]>,
    { signal, onProgress }: CallOptions = {},
  ): Promise<ReturnType<Calls[K]>> {
    if (this.#down) return Promise.reject(this.#down)
    if (signal?.aborted) return Promise.reject(new NearsideError('aborted', 'Abandoned.'))
    const id = this.#nextId++
    const message = { kind: 'call', id, name, args } as unknown as Pending['message']
    const abort = () => this.#post({ kind: 'abort', id })
    signal?.addEventListener('abort', abort, { once: true })
    return new Promise<ReturnType<Calls[K]>>((resolve, reject) => {
      if (this.#pending.size === 0) this.#askedAt = Date.now()
      this.#pending.set(id, { message, resolve: resolve as Pending['resolve'], reject, onProgress })
      try {
        this.#post(message)
      } catch (error) {
        // Structured clone refuses functions and DOM nodes.
        this.#pending.delete(id)
        reject(NearsideError.from(error, 'input-invalid', `${name} was given what can't be sent`))
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

  #post(message: ToWorker): void {
    this.#worker?.postMessage(message)
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

  /** The device answers what waits once it has started, in order. */
  #sendWaiting(): void {
    const waiting = [...this.#pending.values()]
    if (!waiting.some(({ message }) => message.name === 'start')) {
      this.#started = this.call('start', [this.#deps.config()])
      this.#started.catch(() => undefined)
    }
    for (const { message } of waiting) this.#post(message)
  }

  /** Calls wait while the device's code comes to the page. */
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
      // Closed meanwhile.
      if (this.#down) return thread.terminate()
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
    if (message.kind === 'snapshot' || message.kind === 'catalog') {
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

  /** While anything is unanswered, the worker must give a sign of life now and then. */
  #listenForSilence(): void {
    // The page's own thread can't be waited for from itself.
    if (this.#watch !== null || this.#inPage) return
    this.#watch = setTimeout(() => {
      this.#watch = null
      if (this.#pending.size === 0 || this.#down || !this.#worker || this.#inPage) return
      const silent = Date.now() - Math.max(this.#lastMessageAt, this.#askedAt)
      const limit = this.#deps.silence * (this.#alive ? 1 : LOADING_FACTOR)
      if (silent >= limit) this.#lost(this.#worker, 'stopped answering')
      else this.#ping()
      this.#listenForSilence()
    }, this.#deps.silence / 2)
  }

  /** A long call is no sign of death if the thread still answers this, twice within the time that it is given. */
  #ping(): void {
    const id = this.#nextId++
    this.#post({ kind: 'call', id, name: 'ping', args: [] })
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
    this.#down = error
    if (this.#watch !== null) clearTimeout(this.#watch)
    this.#watch = null
    for (const { reject } of this.#pending.values()) reject(error)
    this.#pending.clear()
  }
}
