/** @module Consent, and the one path by which anything learned may leave. */

import { type ErrorCode, NearsideError } from '../../core/error.ts'
import { serially } from '../../core/serially.ts'
import type { Next } from '../upload/contribute.ts'
import { NO_CONSENT, NOTHING_SENT } from '../upload/nothingSent.ts'
import { type ContributionTerms, isFor } from '../upload/terms.ts'
import type { Parts } from './parts.ts'

/** These are rules at work, not something that degraded. */
const EXPECTED: readonly ErrorCode[] = [
  'aborted',
  'consent-missing',
  'budget-exhausted',
  'round-closed',
]

/** Timers of a sleeping machine stand still: how much of a wait passed is looked at so often. */
const LONGEST_WAIT = 3_600_000

/** Most shoppers never contribute: the cryptography is loaded when the first one does. */
const loadUpload = () => import('../upload/contribute.ts')

type Deps = Pick<
  Parts,
  'bus' | 'config' | 'ledger' | 'notices' | 'now' | 'onDemand' | 'shop' | 'shopper'
> &
  Pick<Parts, 'confirmConsent' | 'random' | 'state' | 'store' | 'tabs' | 'timers' | 'transport'>

interface Outcome {
  readonly sent: boolean
  readonly reason: string
}

export class Contribution {
  readonly #deps: Deps
  /** A withdrawal that the browser refused to keep: it holds in this tab all the same. */
  #withdrawn = false
  /** The aggregators last asked for more than the device's own limits. */
  #refused: NearsideError | null = null
  readonly #answer = serially()
  #sending: AbortController | null = null
  #timer: number | null = null
  /** Milliseconds. */
  readonly #opened: number
  #closed = false

  constructor(deps: Deps) {
    this.#deps = deps
    this.#opened = deps.now()
    deps.bus.on('fitted', () => this.#look(true))
    // It waits for what the tab that led before had planned.
    deps.bus.on('leading', () => this.#look(false))
    deps.bus.on('conditions', ({ globalPrivacyControl }) => {
      if (deps.state.conditions.globalPrivacyControl === globalPrivacyControl) return
      if (globalPrivacyControl) this.start()
      else this.stop()
      deps.bus.emit('shown', null)
    })
  }

  /** Sends what is due, or waits for it. */
  start(): void {
    this.#begin().catch((error) => this.#deps.notices.add(error))
  }

  async #begin(): Promise<void> {
    await this.#endOthers()
    await this.#look(false)
  }

  close(): void {
    this.#closed = true
    if (this.#timer !== null) this.#deps.timers.clear(this.#timer)
  }

  /** Stops the update that is under way, wherever it is. */
  stop(): void {
    this.#sending?.abort()
  }

  /** From the store: another tab may have changed it, which stops what was made under what was. */
  async read(): Promise<void> {
    const { state, store } = this.#deps
    const { consent = NO_CONSENT, sent = NOTHING_SENT, terms } = await store.settings()
    // To other recipients than are named here it is none.
    const isOurs = !consent.terms || this.#names(consent.terms)
    const { terms: agreed, ...answer } = this.#withdrawn || !isOurs ? NO_CONSENT : consent
    if (answer.since !== state.consent.since) this.stop()
    state.consent = answer
    state.sent = sent
    state.terms = terms && this.#names(terms) ? terms : null
  }

  /**
   * Asks the aggregators what they would take, which says nothing of the shopper.
   * @throws NearsideError `terms-beyond-limits`: no consent is asked for then; `aggregator-unreachable`;
   * `policy-mismatch`; `round-closed`
   */
  async ask(): Promise<ContributionTerms> {
    const { store, transport } = this.#deps
    const { agreeTask, termsOf } = await loadUpload()
    const recipients = this.#recipients()
    const { policy } = await agreeTask(transport, recipients)
    let terms: ContributionTerms
    try {
      terms = termsOf(policy, recipients)
      this.#refused = null
    } catch (error) {
      this.#refused = refusalOf(error)
      throw error
    }
    await store.putSetting('terms', terms)
    await this.#tell()
    return terms
  }

  /**
   * @throws NearsideError `input-invalid` when the shop declared no aggregators; `terms-beyond-limits`
   * where these ask for more than the device's own limits; `consent-missing` where the browser asks not to share, or the shopper was asked once more and declined; `storage-…`
   * where it can't keep the answer
   */
  async agree(agreed: boolean, wording?: unknown): Promise<void> {
    const { bus, confirmConsent, state, store } = this.#deps
    if (agreed) this.#recipients()
    // Nobody is asked for what can't be had. A page that says so has not answered for the shopper.
    if (agreed && this.#mustNotShare())
      throw new NearsideError('consent-missing', 'Global Privacy Control is on: nothing is sent')
    if (agreed && store.kind === 'memory')
      throw new NearsideError(
        'storage-unavailable',
        'Contributing needs what is stored in this browser, such as what it has cost so far.',
      )
    // Nothing is awaited where nobody is asked.
    const asks = agreed ? confirmConsent : undefined
    // Where they can't be reached, the question is about what they last said.
    if (asks)
      await this.ask().catch((error) => {
        if (state.terms === null) throw error
      })
    if (agreed && this.#refused) throw this.#refused
    // What was shown is what is agreed to, whatever another tab has heard since.
    const { terms } = state
    // Where the vault asks, the page's words never count.
    const shown = asks ? terms && (await asks(terms)) : wording
    // A withdrawal holds from here on, even if disk and log should fail.
    this.#withdrawn = !agreed
    if (!agreed) {
      this.stop()
      state.consent = NO_CONSENT
      bus.emit('shown', null)
    }
    // One after another, so that disk and log tell of them in the order in which they were wished.
    const answer = () => (agreed ? this.#give(terms, shown) : this.#withdraw())
    // Also where only the log refused: then the other tabs must hear of it as well.
    await this.#answer(answer).finally(() => this.#tell())
  }

  async #give(terms: ContributionTerms | null, wording: unknown): Promise<void> {
    const { ledger, now, store } = this.#deps
    const { giveConsent } = await loadUpload()
    const globalPrivacyControl = this.#mustNotShare()
    const records = store.changeSettings
    if (terms === null)
      throw new NearsideError(
        'consent-missing',
        'Nobody was shown who gets updates: call contributionTerms() and show them first',
      )
    const standing = await store.setting('consent')
    await giveConsent({ globalPrivacyControl, ledger, now, records }, terms, wording, standing)
  }

  async #withdraw(why?: 'recipients'): Promise<void> {
    const { ledger, store } = this.#deps
    const given = (await store.setting('consent'))?.contribute === true
    if (given)
      await store.changeSettings(() => ({
        consent: NO_CONSENT,
        pending: undefined,
        token: undefined,
        due: undefined,
      }))
    this.#withdrawn = false
    // A consent that only the log could keep ends there, too.
    const said = (await ledger.entries()).findLast(({ kind }) => kind === 'consent')
    if (!given && said?.detail.contribute !== true) return
    const detail = { contribute: false, ...(why && { why }) }
    await ledger.append({ kind: 'consent', detail }, 'strict')
  }

  /** A consent to other recipients than are named now ends: named again later, they need a new one. */
  async #endOthers(): Promise<void> {
    if (!(await this.#isForOthers())) return
    await this.#answer(async () => {
      if (await this.#isForOthers()) await this.#withdraw('recipients')
    })
    await this.#tell()
  }

  /** A consent that is newer than this page may be to recipients that a newer page names. */
  async #isForOthers(): Promise<boolean> {
    const consent = await this.#deps.store.setting('consent')
    if (!consent?.terms || this.#names(consent.terms)) return false
    return consent.since !== null && consent.since <= this.#opened
  }

  /** One report, if everything allows; alone among all tabs. */
  async send(how: Next = {}): Promise<Outcome> {
    const outcome = await this.#deps.tabs.alone('contribute', () => this.#send(how))
    await this.#tell()
    return outcome
  }

  async #send(how: Next): Promise<Outcome> {
    const { config, ledger, notices, now, onDemand, shop, shopper, state, store, transport } =
      this.#deps
    const endpoints = config.federation
    const loaded = shop.toImprove
    if (!endpoints) return { sent: false, reason: 'This shop has no aggregators.' }
    if (!loaded) return { sent: false, reason: 'There is no base model to improve yet.' }
    const { contribute } = await loadUpload()
    // What stops it is a change from here on.
    await this.read()
    if (this.#withdrawn) return { sent: false, reason: 'The shopper withdrew.' }
    if (state.paused) return { sent: false, reason: 'Paused: nothing is sent.' }
    this.#sending = new AbortController()
    const { signal } = this.#sending
    const { sent, reason, error } = await contribute({
      endpoints,
      transport,
      ledger,
      records: store.changeSettings,
      globalPrivacyControl: this.#mustNotShare(),
      modelHash: loaded.hash,
      // The personal parameters never take part: the update is about what everybody shares.
      update: async (made) => (await onDemand()).sharedDelta(loaded.model, shopper.history, made),
      now,
      ...how,
      signal,
    })
    this.#refused = refusalOf(error) ?? this.#refused
    if (error && !EXPECTED.includes(error.code)) notices.add(error)
    return { sent, reason }
  }

  /**
   * Sends an update that is due: at a random time of the day that follows a fit, at most once an
   * hour, over all tabs and visits; where the shop is closed then, at the next visit.
   * @param learned something new, that may improve the base
   */
  async #look(learned: boolean): Promise<void> {
    const { config, now, random, shop, state, store, timers } = this.#deps
    if (config.federation === null || !state.consent.contribute || state.paused) return
    // What could not be sent now stays due.
    if (!shop.loaded || this.#mustNotShare()) return
    const { whenDue } = await loadUpload()
    const { wait, next } = await whenDue(store.changeSettings, now(), learned, random)
    if (this.#closed) return
    if (this.#timer !== null) timers.clear(this.#timer)
    this.#timer = wait ? timers.set(() => this.start(), Math.min(wait, LONGEST_WAIT)) : null
    if (!next) return
    await this.send(next)
    // It may wait after its token, or for one.
    await this.#look(false)
  }

  /** What the page hears, which extensions can set there alone, or the worker. */
  #mustNotShare(): boolean {
    return this.#deps.state.conditions.globalPrivacyControl || privacyControl() === true
  }

  #names(terms: ContributionTerms): boolean {
    const { federation } = this.#deps.config
    return federation === null || isFor(terms, federation)
  }

  #recipients() {
    const { federation } = this.#deps.config
    if (federation) return federation
    throw new NearsideError('input-invalid', 'This shop has no aggregators: nothing can be sent.')
  }

  async #tell(): Promise<void> {
    await this.read()
    this.#deps.bus.emit('stored', 'settings')
    this.#deps.bus.emit('shown', null)
  }
}

/** What no later answer of the servers mends by itself. */
const refusalOf = (error: unknown): NearsideError | null =>
  error instanceof NearsideError && error.code === 'terms-beyond-limits' ? error : null

/** Not in TypeScript's library yet. @see https://w3c.github.io/gpc/ */
function privacyControl(): boolean | undefined {
  return (globalThis.navigator as { globalPrivacyControl?: boolean } | undefined)
    ?.globalPrivacyControl
}
