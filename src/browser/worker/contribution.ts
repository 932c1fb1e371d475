/** @module Manages the shopper's consent to contribute model updates. Only this code sends updates. */
import { type ErrorCode, invalidInput, NearsideError } from '@nearside/core/error.ts'
import { serially } from '@nearside/core/serially.ts'
import { throwIfAborted } from '@nearside/engine/nextTask.ts'
import { NO_CONSENT, NOTHING_SENT } from '../contribution/nothingSent.ts'
import type { Next } from '../contribution/schedule.ts'
import { type ContributionTerms, isFor } from '../contribution/terms.ts'
import { ME } from '../profiles.ts'
import type { Services } from './services.ts'
import type { Shop } from './shop.ts'
import type { Shopper } from './shopper.ts'

/** Errors of updates that need no notice: consent, budget or round don't allow the update. */
const EXPECTED: readonly ErrorCode[] = [
  'aborted',
  'consent-missing',
  'budget-exhausted',
  'round-closed',
]

/** Maximum milliseconds of one timer. Timers of a sleeping machine stop, so the clock is checked after each. */
const LONGEST_WAIT = 3_600_000

/** Loads the cryptography with the first contribution, because most shoppers never contribute. */
const loadUpload = () => import('../contribution/contribute.ts')

interface Outcome {
  readonly sent: boolean
  readonly reason: string
}

export class Contribution {
  readonly #services: Services
  readonly #shop: Shop
  readonly #shopper: Shopper
  /** Whether the withdrawal of the consent is not stored yet; it applies to this tab at once. */
  #withdrawn = false
  /** Error if the aggregators' last terms exceed the device's own limits; else null. */
  #refused: NearsideError | null = null
  readonly #answer = serially()
  #sending: AbortController | null = null
  #timer: number | null = null
  /** Time at which this page opened, milliseconds since the epoch. */
  readonly #opened: number
  #closed = false

  constructor(services: Services, shop: Shop, shopper: Shopper) {
    const { bus, now, state } = services
    this.#services = services
    this.#shop = shop
    this.#shopper = shopper
    this.#opened = now()
    bus.on('fitted', () => this.#look(true))
    // This tab now leads (works for all tabs), so it takes over the scheduled update.
    bus.on('leading', () => this.#look(false))
    bus.on('conditions', ({ globalPrivacyControl, offline }) => {
      if (offline && !state.conditions.offline) this.start()
      if (state.conditions.globalPrivacyControl === globalPrivacyControl) return
      if (globalPrivacyControl) this.start()
      else this.stop()
      bus.emit('shown', null)
    })
  }

  /**
   * Ends a consent to recipients that the page doesn't name; then sends the next update if it is due, or sets a
   * timer for it.
   */
  start(): void {
    const look = () => this.#look(false)
    const { notices } = this.#services
    this.#endOthers()
      .then(look)
      .catch((error) => notices.add(error))
  }

  close(): void {
    this.#closed = true
    if (this.#timer !== null) this.#services.timers.clear(this.#timer)
  }

  stop(): void {
    this.#sending?.abort()
  }

  /**
   * Reads consent and terms from the store. A change of the consent in another tab stops an update that was made under
   * the old consent.
   */
  async read(): Promise<void> {
    const { state, store } = this.#services
    const { consent = NO_CONSENT, sent = NOTHING_SENT, terms } = await store.settings()
    // A consent to recipients that this page doesn't name doesn't count here.
    const isOurs = !consent.terms || this.#names(consent.terms)
    const { terms: agreed, ...answer } = this.#withdrawn || !isOurs ? NO_CONSENT : consent
    if (answer.since !== state.consent.since) this.stop()
    state.consent = answer
    state.sent = sent
    state.terms = terms && this.#names(terms) ? terms : null
  }

  /**
   * Asks the aggregators for their terms.
   * @throws NearsideError `terms-beyond-limits` if the terms exceed the device's own limits, so that no consent is
   * possible; `aggregator-unreachable`; `policy-mismatch`; `round-closed`
   */
  async ask(): Promise<ContributionTerms> {
    const { store, transport } = this.#services
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
   * Gives or withdraws a consent.
   * @throws NearsideError `input-invalid` if the shop declared no aggregators; `terms-beyond-limits`; `storage-…`;
   * `consent-missing` under Global Privacy Control, or if the shopper declined the vault's question
   */
  async agree(agreed: boolean, wording?: unknown): Promise<void> {
    const { bus, confirmConsent, state, store } = this.#services
    if (agreed) this.#recipients()
    // These checks come first, so that the shopper is not asked for a consent that can't be given.
    if (agreed && this.#mustNotShare())
      throw new NearsideError('consent-missing', 'Global Privacy Control is on: nothing is sent')
    if (agreed && store.kind === 'memory')
      throw new NearsideError(
        'storage-unavailable',
        'Contributing needs storage on disk, because the privacy budget is counted there.',
      )
    // Only a vault (frame on another origin) asks the shopper, and only about a yes: a no must apply before any
    // `await`.
    const asks = agreed ? confirmConsent : undefined
    // If the aggregators can't be reached, the question shows the terms that they last sent.
    if (asks)
      await this.ask().catch((error) => {
        if (state.terms === null) throw error
      })
    if (agreed && this.#refused) throw this.#refused
    // The shopper agrees to the terms shown, even if another tab has received other terms since.
    const { terms } = state
    // If the vault asks, the page's wording never counts.
    const shown = asks ? terms && (await asks(terms)) : wording
    // A withdrawal applies from here on, even if disk and log fail.
    this.#withdrawn = !agreed
    if (!agreed) {
      this.stop()
      state.consent = NO_CONSENT
      bus.emit('shown', null)
    }
    // The shopper's answers are stored one after another, so that disk and log have them in order.
    const answer = () => (agreed ? this.#give(terms, shown) : this.#withdraw())
    // The other tabs are informed even if the log refused the entry.
    await this.#answer(answer).finally(() => this.#tell())
  }

  async #give(terms: ContributionTerms | null, wording: unknown): Promise<void> {
    const { ledger, now, store } = this.#services
    const { giveConsent } = await loadUpload()
    const globalPrivacyControl = this.#mustNotShare()
    const records = store.changeSettings
    if (terms === null)
      throw new NearsideError(
        'consent-missing',
        'The shopper has seen no terms: call contributionTerms() and show them first',
      )
    const standing = await store.setting('consent')
    await giveConsent({ globalPrivacyControl, ledger, now, records }, terms, wording, standing)
  }

  async #withdraw(why?: 'recipients'): Promise<void> {
    const { ledger, store } = this.#services
    const given = (await store.setting('consent'))?.contribute === true
    const nothing = { pending: undefined, token: undefined, due: undefined }
    if (given) await store.changeSettings(() => ({ consent: NO_CONSENT, ...nothing }))
    this.#withdrawn = false
    // A withdrawal also ends a consent that is in the log only.
    const said = (await ledger.entries()).findLast(({ kind }) => kind === 'consent')
    if (!given && said?.detail.contribute !== true) return
    const detail = { contribute: false, ...(why && { why }) }
    await ledger.append({ kind: 'consent', detail }, 'strict')
  }

  /**
   * Ends a consent to recipients that this page doesn't name. If the shop names these recipients again later, they need
   * a new consent.
   */
  async #endOthers(): Promise<void> {
    if (!(await this.#isForOthers())) return
    await this.#answer(async () => {
      if (await this.#isForOthers()) await this.#withdraw('recipients')
    })
    await this.#tell()
  }

  /**
   * Whether the consent is to recipients that this page doesn't name. Returns false for a consent given after this page
   * was opened, because a newer page may have named those recipients.
   */
  async #isForOthers(): Promise<boolean> {
    const consent = await this.#services.store.setting('consent')
    if (!consent?.terms || this.#names(consent.terms)) return false
    return consent.since !== null && consent.since <= this.#opened
  }

  /** Sends one report if consent, budget and round allow it; only one tab sends at a time. */
  async send(how: Next = {}): Promise<Outcome> {
    const outcome = await this.#services.tabs.alone('contribute', () => this.#send(how))
    await this.#tell()
    return outcome
  }

  async #send(how: Next): Promise<Outcome> {
    const { config, ledger, notices, now, onDemand, state, store, transport } = this.#services
    const endpoints = config.federation
    const loaded = this.#shop.toImprove
    const shopper = this.#shopper
    if (!endpoints) return { sent: false, reason: 'This shop has no aggregators.' }
    if (!loaded) return { sent: false, reason: 'There is no base model to improve yet.' }
    const { contribute } = await loadUpload()
    // Read the consent as it is now; any later change aborts the update.
    await this.read()
    if (this.#withdrawn) return { sent: false, reason: 'The shopper withdrew.' }
    if (state.paused) return { sent: false, reason: 'Paused: nothing is sent.' }
    if (state.profiles.current !== ME)
      return { sent: false, reason: 'Nothing is sent while the shopper shops for others.' }
    this.#sending = new AbortController()
    const { signal } = this.#sending
    const { sent, reason, error } = await contribute({
      endpoints,
      transport,
      ledger,
      records: store.changeSettings,
      globalPrivacyControl: this.#mustNotShare(),
      modelHash: loaded.hash,
      // An update contains changes of the shared model only, never personal parameters.
      update: async (made, policy) => {
        const { updateOf } = await onDemand()
        // By now, the shopper could have switched to another person.
        throwIfAborted(signal)
        return updateOf(policy, loaded.model, shopper.historyToLearn, made)
      },
      now,
      ...how,
      signal,
    })
    this.#refused = refusalOf(error) ?? this.#refused
    if (error && !EXPECTED.includes(error.code)) notices.add(error)
    return { sent, reason }
  }

  /**
   * Sends an update when it is due: at a random time within a day of a fit, and at most one an hour over all tabs and
   * visits. If no tab of the shop is open then, the next visit sends it.
   * @param learned whether a fit has just succeeded, so the update could improve the base model
   */
  async #look(learned: boolean): Promise<void> {
    const { config, now, random, state, store, timers } = this.#services
    if (config.federation === null || !state.consent.contribute || state.paused) return
    // The privacy budget is the shopper's own, so updates contain only the shopper's own events.
    if (state.profiles.current !== ME) return
    // An update that can't be sent now remains due.
    if (!this.#shop.loaded || this.#mustNotShare() || state.conditions.offline) return
    const { whenDue } = await loadUpload()
    const { wait, next } = await whenDue(store.changeSettings, now(), learned, random)
    if (this.#closed) return
    if (this.#timer !== null) timers.clear(this.#timer)
    this.#timer = wait ? timers.set(() => this.start(), Math.min(wait, LONGEST_WAIT)) : null
    if (!next) return
    await this.send(next)
    // Sets a timer if the update still waits for its token, or for its time after the token's arrival.
    await this.#look(false)
  }

  /** Whether the page or this worker sees Global Privacy Control; extensions can set it in the page only. */
  #mustNotShare(): boolean {
    const { globalPrivacyControl } = this.#services.state.conditions
    // TypeScript's library lacks the property: https://w3c.github.io/gpc/
    const { navigator } = globalThis as { navigator?: { globalPrivacyControl?: boolean } }
    return globalPrivacyControl || navigator?.globalPrivacyControl === true
  }

  #names(terms: ContributionTerms): boolean {
    const { federation } = this.#services.config
    return federation === null || isFor(terms, federation)
  }

  #recipients() {
    const { federation } = this.#services.config
    if (federation) return federation
    throw invalidInput('This shop has no aggregators: nothing can be sent.')
  }

  async #tell(): Promise<void> {
    await this.read()
    this.#services.bus.emit('stored', 'settings')
    this.#services.bus.emit('shown', null)
  }
}

/** Returns the error if it lasts until the servers change their terms; else null. */
const refusalOf = (error: unknown): NearsideError | null =>
  error instanceof NearsideError && error.code === 'terms-beyond-limits' ? error : null
