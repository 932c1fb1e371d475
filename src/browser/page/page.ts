/**
 * @module A page's end of a personalizer: the link to the worker, the snapshot and the lists. The page keeps only the
 * last snapshot, and the sequence of the catalog's items in case the worker dies.
 */

import { NearsideError } from '@nearside/core/error.ts'
import type { Personalizer, PersonalizerOptions } from '../api.ts'
import type { EnginePreference, Notice, PersonalizerSnapshot } from '../apiSnapshot.ts'
import type { DeviceConditions } from '../learning/scheduler.ts'
import type { Calls, FromWorker, Thread, WorkerSnapshot } from '../messages.ts'
import { MAX_NOTICES, withNotice } from '../notices.ts'
import { type ConditionsSource, createShopContext, type ShopContextSource } from './conditions.ts'
import { fetchOrder, PageLists } from './pageLists.ts'
import { readOptions } from './readOptions.ts'
import { STARTING } from './starting.ts'
import { type Recovery, type Unasked, WorkerLink } from './workerLink.ts'

/** Inputs from the page's surroundings; a replay of past events passes its own inputs. */
export interface PageEnvironment {
  /** Current time, milliseconds since the epoch. */
  readonly now: () => number
  /** Creates an id that is unique on this device. */
  readonly newId: () => string
  /** Visibility of the page, state of the battery, and settings for data saving and privacy. */
  readonly conditions: ConditionsSource
  /** Milliseconds without a message from the worker after which the worker counts as dead. */
  readonly silence: number
  /**
   * Does the worker's job in the page if there are no workers; without this function, lists are then in the catalog's
   * sequence.
   */
  readonly inPage?: () => Promise<Thread>
  /** Name of the IndexedDB database; default `nearside`. */
  readonly database?: string
  /** Gets each notice as one line. Without this function, notices appear in the snapshot only. */
  readonly warn?: (line: string) => void
  /** Fetches the catalog if no worker can send it; not needed if the page passes the catalog. */
  readonly fetch?: typeof globalThis.fetch
}

const AFTER: Readonly<Record<Recovery, string>> = {
  restarted: 'It was started again; nothing that was stored is lost.',
  'in-page': 'Everything runs in the page itself instead.',
  down: 'Until the page is reloaded, lists are in the shop’s order and nothing is stored.',
}

export class Page {
  readonly snapshot: PageSnapshot
  readonly lists: PageLists
  readonly #environment: PageEnvironment
  readonly #link: WorkerLink
  /** The shop's context; null if the shop gave no function for it. */
  readonly #context: ShopContextSource | null
  #unsubscribe = () => {}
  #offline: boolean
  #closed = false
  /** Id of the person to whom newly captured events belong; undefined until the worker has named the person. */
  #person: string | undefined

  constructor(options: PersonalizerOptions, environment: PageEnvironment) {
    const { config, order } = readOptions(options, environment.database)
    const { fetch, inPage, now, silence, warn } = environment
    const { catalog } = config
    const { context, offline = false, worker } = options
    const inVault = 'inVault' in worker
    this.#environment = environment
    this.#offline = offline
    this.snapshot = new PageSnapshot(now, config.engine, warn)
    this.snapshot.set({ vault: inVault })
    const notify = (error: NearsideError) => this.snapshot.notify(error)
    const failed = (error: unknown) =>
      notify(NearsideError.from(error, 'input-invalid', 'context failed'))
    this.#context = context ? createShopContext(context, now, failed) : null
    this.#link = new WorkerLink({
      worker,
      config: () => ({
        ...config,
        engine: this.snapshot.current.enginePreference,
        conditions: this.#conditions(),
        context: this.#context?.given() ?? {},
      }),
      silence,
      received: (message) => this.#receive(message),
      inPage: inVault ? undefined : inPage,
      lost: (error, recovery) => this.#onLost(error, recovery),
    })
    this.lists = new PageLists({
      call: this.callInContext,
      isDown: () => this.#link.down !== null && !this.#closed,
      order,
      fetchOrder: fetch && typeof catalog === 'string' ? () => fetchOrder(fetch, catalog) : null,
      notify,
    })
  }

  /** Resolves when lists can be requested. */
  async start(): Promise<void> {
    try {
      await this.#link.start()
    } catch (error) {
      // A link that is down has already reported why.
      if (!this.#link.down)
        this.snapshot.notify(
          NearsideError.from(error, 'worker-failed', 'The worker failed to start'),
        )
    }
    const { conditions } = this.#environment
    this.#unsubscribe = conditions.listen(() => {
      if (this.#link.down) return
      this.#sendContext()
      this.#link.call('conditions', [this.#conditions()]).catch(() => undefined)
    })
    this.snapshot.set({ status: 'ready' })
  }

  readonly capture: Personalizer['capture'] = async (input) => {
    if (this.#closed) return null
    const { newId, now } = this.#environment
    const captured = { id: newId(), time: now(), input, person: this.#person }
    try {
      this.#sendContext()
      // A value that can't be cloned (a DOM node, a function) must not throw into the shop's page.
      return await this.#link.call('capture', [captured])
    } catch (error) {
      const { code, message } = NearsideError.from(error, 'event-invalid', 'It failed')
      this.snapshot.notify({ code, message: `An event was not stored: ${message}` })
      return null
    }
  }

  readonly call: WorkerLink['call'] = async (name, args, options) => {
    if (this.#closed) throw closed()
    return this.#link.call(name, args, options)
  }

  readonly callInContext: WorkerLink['call'] = async (name, args, options) => {
    this.#sendContext()
    return this.call(name, args, options)
  }

  /**
   * Forwards a call of `profiles` to the worker. After a switch, events belong to the new person even before the worker
   * answers.
   */
  readonly profile = async (
    ...given: Parameters<Calls['profiles']>
  ): Promise<string | undefined> => {
    const [what, id] = given
    if (what === 'switch') this.#person = id
    else if (what === 'remove' && id === this.#person) this.#person = STARTING.profiles.current
    try {
      return await this.call('profiles', given)
    } catch (error) {
      this.#person = this.snapshot.current.profiles.current
      throw error
    }
  }

  readonly setOffline: Personalizer['setOffline'] = async (offline) => {
    this.#offline = offline
    // While a worker restarts, this call waits. A link that is down has no worker to inform.
    if (!this.#link.down) await this.call('conditions', [this.#conditions()])
  }

  readonly close = (): void => {
    if (this.#closed) return
    this.#closed = true
    this.#unsubscribe()
    this.snapshot.set({ status: 'closed' })
    const end = () => this.#link.terminate(closed())
    // Before it closes, the worker stores the events that it got. A worker that does not answer within a second is
    // ended.
    const late = new Promise((resolve) => setTimeout(resolve, 1000))
    Promise.race([this.#link.call('close', []), late]).then(end, end)
  }

  #conditions(): DeviceConditions {
    return { ...this.#environment.conditions.read(), offline: this.#offline }
  }

  /** Sends the shop's context if it changed, before a call that depends on it: the worker handles calls in sequence. */
  #sendContext(): void {
    if (!this.#closed && this.#context?.changed())
      this.#link.call('context', [this.#context.given()]).catch(() => undefined)
  }

  #receive(message: Extract<FromWorker, { kind: Unasked }>): void {
    if (this.#closed) return
    if (message.kind === 'catalog') this.lists.order = message
    else if (message.kind === 'live') this.snapshot.set({ live: message.changes })
    else if (message.kind === 'progress') {
      const { done, steps } = message
      this.snapshot.set({ fitting: { done, steps } })
    } else {
      const { current } = message.snapshot.profiles
      // Use the snapshot's person only if it differs from the last snapshot's, because a switch that this page has just
      // requested may not be in the snapshot yet.
      if (this.#person === undefined || current !== this.snapshot.current.profiles.current)
        this.#person = current
      this.snapshot.receive(message.snapshot)
      this.lists.deliver(message.lists)
    }
  }

  #onLost(error: NearsideError, recovery: Recovery): void {
    this.snapshot.notify({ code: error.code, message: `${error.message} ${AFTER[recovery]}` })
    this.lists.again()
  }
}

const closed = () => new NearsideError('closed', 'The personalizer was closed.')

export class PageSnapshot {
  readonly #now: () => number
  readonly #warn: (line: string) => void
  readonly #listeners = new Set<() => void>()
  current: PersonalizerSnapshot
  #ownNotices: readonly Notice[] = []
  #workersNotices: readonly Notice[] = []
  #workersRevision = -1

  constructor(
    now: () => number,
    enginePreference: EnginePreference,
    warn: (line: string) => void = () => undefined,
  ) {
    this.#now = now
    this.#warn = warn
    this.current = freezeDeep({ ...STARTING, enginePreference })
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  receive(snapshot: WorkerSnapshot): void {
    const before = this.current.revision
    const moved = snapshot.revision !== this.#workersRevision
    this.#workersRevision = snapshot.revision
    this.#workersNotices = snapshot.notices
    // A restarted worker counts revisions from 0 again, but the page's revision must never fall.
    const revision = moved ? Math.max(snapshot.revision, before + 1) : before
    this.set({ ...snapshot, revision })
  }

  notify({ code, message }: Pick<NearsideError, 'code' | 'message'>): void {
    this.#ownNotices = withNotice(this.#ownNotices, { code, message, time: this.#now() })
    this.set({ revision: this.current.revision + 1 })
  }

  set(part: Partial<PersonalizerSnapshot>): void {
    const notices = [...this.#ownNotices, ...this.#workersNotices]
      .sort((a, b) => b.time - a.time)
      .slice(0, MAX_NOTICES)
    const known = new Set(this.current.notices.map(({ message }) => message))
    for (const { code, message } of notices)
      if (!known.has(message)) this.#warn(`Nearside (${code}): ${message}`)
    this.current = freezeDeep({ ...this.current, ...part, notices })
    for (const listener of [...this.#listeners]) listener()
  }
}

/** Freezes a snapshot deeply, because all subscribers share it. */
function freezeDeep<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  for (const entry of Object.values(value)) freezeDeep(entry)
  return Object.freeze(value)
}
