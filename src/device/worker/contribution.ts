/** @module Consent, and the one path by which anything learned may leave. */

import { type ErrorCode, NearsideError } from '../../core/error.ts'
import type { BaseModel } from '../../core/model/baseModel.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Settings } from '../storage/store.ts'
import type { Transport } from '../transport/transport.ts'
import type { Notices } from './notices.ts'
import type { Shopper } from './shopper.ts'
import type { Tabs } from './tabs.ts'

const NO_CONSENT: Settings['consent'] = { contribute: false, since: null }
const NOTHING_SENT: Settings['sent'] = { reports: 0, bytes: 0, epsilon: null }

/** A shopper who agreed contributes after a fit, and the aggregators hear of it no more often. */
const PAUSE = 3_600_000

/** These are rules at work, not something that degraded. */
const EXPECTED: readonly ErrorCode[] = ['consent-missing', 'budget-exhausted', 'round-closed']

export interface ContributionDeps {
  readonly endpoints: { readonly leader: string; readonly helper: string } | null
  readonly shopper: Shopper
  readonly ledger: Ledger
  readonly transport: Transport
  readonly notices: Notices
  readonly tabs: () => Tabs
  /** The model to improve; null before there is one. */
  readonly loaded: () => { readonly model: BaseModel; readonly hash: string } | null
  readonly now: () => number
  /** What is shown of it may differ now. */
  readonly changed: () => void
}

interface Outcome {
  readonly sent: boolean
  readonly reason: string
}

export class Contribution {
  readonly #deps: ContributionDeps
  #consent = NO_CONSENT
  #sent = NOTHING_SENT
  #tried = Number.NEGATIVE_INFINITY

  constructor(deps: ContributionDeps) {
    this.#deps = deps
  }

  get consent(): Settings['consent'] {
    return this.#consent
  }

  /** All that left the device so. */
  get sent(): Settings['sent'] {
    return this.#sent
  }

  /** From the store: another tab may have changed it. */
  async read(): Promise<void> {
    const { shopper } = this.#deps
    this.#consent = (await shopper.read((from) => from.setting('consent'))) ?? NO_CONSENT
    this.#sent = (await shopper.read((from) => from.setting('sent'))) ?? NOTHING_SENT
  }

  /** @throws NearsideError `input-invalid` when the shop declared no aggregators */
  async agree(agreed: boolean): Promise<void> {
    this.#consent = await putConsent(this.#deps, agreed)
    this.#tell()
  }

  /** One report, if everything allows; alone among all tabs. */
  async send(): Promise<Outcome> {
    const outcome = await this.#deps.tabs().alone('contribute', () => sendReport(this.#deps))
    await this.read()
    this.#tell()
    return outcome
  }

  /** Something new was learned that may improve the base. */
  learned(): void {
    const { notices, now } = this.#deps
    if (!this.#consent.contribute || now() - this.#tried < PAUSE) return
    this.#tried = now()
    this.send().catch((error) => notices.add(error))
  }

  #tell(): void {
    this.#deps.tabs().tell('settings')
    this.#deps.changed()
  }
}

/** @throws NearsideError `input-invalid` when the shop declared no aggregators */
async function putConsent(
  { endpoints, ledger, shopper, now }: ContributionDeps,
  agreed: boolean,
): Promise<Settings['consent']> {
  if (agreed && !endpoints) {
    throw new NearsideError('input-invalid', 'This shop has no aggregators: nothing can be sent.')
  }
  const consent = agreed ? { contribute: true, since: now() } : NO_CONSENT
  // A withdrawal holds from here on even if the log should fail; an agreement is logged first.
  if (!agreed) await shopper.putSetting('consent', consent)
  await ledger.append({ kind: 'consent', detail: { contribute: agreed } }, 'strict')
  if (agreed) await shopper.putSetting('consent', consent)
  return consent
}

async function sendReport(deps: ContributionDeps): Promise<Outcome> {
  const { endpoints, shopper, ledger, notices, now } = deps
  const loaded = deps.loaded()
  if (!endpoints) return { sent: false, reason: 'This shop has no aggregators.' }
  if (!loaded) return { sent: false, reason: 'There is no base model to improve yet.' }
  // Read from the store, not from memory: another tab may just have withdrawn it.
  const consent = async () => (await shopper.store.setting('consent')) ?? NO_CONSENT
  // Most shoppers never contribute: the cryptography is loaded when the first one does.
  const { contribute } = await import('../upload/contribute.ts')
  const outcome = await contribute({
    model: loaded.model,
    modelHash: loaded.hash,
    history: shopper.history,
    consent: await consent(),
    globalPrivacyControl: privacyControl(),
    endpoints,
    transport: {
      get: deps.transport.get,
      async post(...request) {
        if (!(await consent()).contribute) {
          throw new NearsideError('consent-missing', 'The shopper withdrew; nothing was sent.')
        }
        return deps.transport.post(...request)
      },
    },
    appendLedger: (facts) => ledger.append(facts),
    readBudget: () => shopper.store.setting('budget'),
    writeBudget: (budget) => shopper.putSetting('budget', budget),
    now,
  })
  const before = (await shopper.store.setting('sent')) ?? NOTHING_SENT
  await shopper.putSetting('sent', {
    reports: before.reports + (outcome.sent ? 1 : 0),
    bytes: before.bytes + outcome.bytes,
    epsilon: outcome.epsilon ?? before.epsilon,
  })
  if (outcome.error && !EXPECTED.includes(outcome.error.code)) notices.add(outcome.error)
  return { sent: outcome.sent, reason: outcome.reason }
}

/** Not in TypeScript's library yet. @see https://w3c.github.io/gpc/ */
function privacyControl(): boolean | undefined {
  return (globalThis.navigator as { globalPrivacyControl?: boolean } | undefined)
    ?.globalPrivacyControl
}
