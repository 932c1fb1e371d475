/**
 * @module The page's end of the messages. Calls are answered by the worker; when the worker dies it
 * is started once more and unanswered calls are sent again (events carry ids, so twice is once).
 * When that fails too, the link is down for good, and says so.
 */
import { NearsideError } from '../protocol/error.ts'
import type { CallName, Calls, FromWorker, ToWorker, WorkerConfig } from './messages.ts'

/** A worker that answers nothing at all for this long is dead: every call of ours takes less. */
export const SILENCE = 10_000

export interface LinkDeps {
  readonly worker: () => Worker
  readonly config: () => WorkerConfig
  readonly silence: number
  readonly received: (message: Extract<FromWorker, { kind: 'snapshot' | 'catalog' }>) => void
  /** The worker died; `down` when it will not be started again. */
  readonly died: (error: NearsideError, down: boolean) => void
}

interface Pending {
  readonly message: ToWorker & { readonly kind: 'call' }
  readonly resolve: (value: never) => void
  readonly reject: (error: NearsideError) => void
  readonly onProgress?: (done: number, steps: number) => void
}

/** Answered within milliseconds by a living worker; a fit or a download may take longer. */
const QUICK: ReadonlySet<CallName> = new Set(['ping', 'recommend', 'similar', 'rerank', 'capture'])

export class WorkerLink {
  readonly #deps: LinkDeps
  readonly #pending = new Map<number, Pending>()
  #worker: Worker | null = null
  #nextId = 1
  #restarts = 0
  #lastHeard = 0
  #watch: ReturnType<typeof setTimeout> | null = null
  #down: NearsideError | null = null
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
    options: {
      readonly signal?: AbortSignal
      readonly onProgress?: (done: number, steps: number) => void
    } = {},
  ): Promise<ReturnType<Calls[K]>> {
    if (this.#down) return Promise.reject(this.#down)
    const { signal, onProgress } = options
    if (signal?.aborted) return Promise.reject(new NearsideError('aborted', 'Abandoned.'))
    const id = this.#nextId++
    const message = { kind: 'call', id, name, args } as unknown as Pending['message']
    const abort = () => this.#post({ kind: 'abort', id })
    signal?.addEventListener('abort', abort, { once: true })
    return new Promise<ReturnType<Calls[K]>>((resolve, reject) => {
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
    this.#lastHeard = Date.now()
    try {
      const worker = this.#deps.worker()
      this.#worker = worker
      worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#receive(data)
      worker.onmessageerror = () => this.#lost(worker, 'sent something unreadable')
      worker.onerror = (event) => {
        event.preventDefault?.()
        this.#lost(worker, event.message ? `failed: ${event.message}` : 'could not be loaded')
      }
    } catch (error) {
      const failed = NearsideError.from(error, 'worker-failed', 'The worker could not be made')
      this.#started = Promise.reject(failed)
      this.#started.catch(() => undefined)
      this.#goDown(failed)
      this.#deps.died(failed, true)
      return
    }
    // The worker answers the others once it has started, in order.
    const waiting = [...this.#pending.values()]
    if (!waiting.some(({ message }) => message.name === 'start')) {
      this.#started = this.call('start', [this.#deps.config()])
      this.#started.catch(() => undefined)
    }
    for (const { message } of waiting) this.#post(message)
  }

  #receive(message: FromWorker): void {
    this.#lastHeard = Date.now()
    if (message.kind === 'snapshot' || message.kind === 'catalog') {
      this.#deps.received(message)
      return
    }
    const pending = this.#pending.get(message.id)
    if (!pending) return
    if (message.kind === 'progress') {
      pending.onProgress?.(message.done, message.steps)
      return
    }
    this.#pending.delete(message.id)
    if (message.kind === 'result') pending.resolve(message.value as never)
    else pending.reject(NearsideError.fromWire(message.error))
  }

  /** While something quick is unanswered, an answer of any kind must come now and then. */
  #listenForSilence(): void {
    if (this.#watch !== null) return
    this.#watch = setTimeout(() => {
      this.#watch = null
      const quick = [...this.#pending.values()].some(({ message }) => QUICK.has(message.name))
      if (!quick || this.#down || !this.#worker) return
      if (Date.now() - this.#lastHeard >= this.#deps.silence) {
        this.#lost(this.#worker, 'stopped answering')
      }
      this.#listenForSilence()
    }, this.#deps.silence / 2)
  }

  #lost(worker: Worker, how: string): void {
    if (worker !== this.#worker) return
    worker.terminate()
    this.#worker = null
    const error = new NearsideError('worker-failed', `The worker ${how}.`)
    const again = this.#restarts++ === 0
    if (!again) this.#goDown(error)
    this.#deps.died(error, !again)
    if (again) this.#spawn()
  }

  #goDown(error: NearsideError): void {
    this.#down = error
    if (this.#watch !== null) clearTimeout(this.#watch)
    this.#watch = null
    for (const { reject } of this.#pending.values()) reject(error)
    this.#pending.clear()
  }
}
