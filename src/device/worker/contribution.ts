/** @module Consent, and the one path by which anything learned may leave. */

import { type ErrorCode, NearsideError } from '../../core/error.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Settings } from '../storage/store.ts'
import type { Transport } from '../transport/transport.ts'
import type { DeviceStore } from './deviceStore.ts'
import type { Notices } from './notices.ts'
import type { Shop } from './shop.ts'
import type { Shopper } from './shopper.ts'
import { type Bus, type DeviceState, NO_CONSENT, NOTHING_SENT } from './state.ts'
import type { Tabs } from './tabs.ts'

/** A shopper who agreed contributes after a fit, and the aggregators hear of it no more often. */
const PAUSE = 3_600_000

/** These are rules at work, not something that degraded. */
const EXPECTED: readonly ErrorCode[] = ['consent-missing', 'budget-exhausted', 'round-closed']

export interface ContributionDeps {
  readonly endpoints: { readonly leader: string; readonly helper: string } | null
  readonly state: Pick<DeviceState, 'consent' | 'sent'>
  readonly bus: Bus
  readonly store: DeviceStore
  readonly shopper: Pick<Shopper, 'history'>
  readonly ledger: Ledger
  readonly transport: Transport
  readonly notices: Notices
  readonly tabs: Tabs
  readonly shop: Pick<Shop, 'toImprove'>
  readonly now: () => number
}

interface Outcome {
  readonly sent: boolean
  readonly reason: string
}

export class Contribution {
  readonly #deps: ContributionDeps
  #tried = Number.NEGATIVE_INFINITY

  constructor(deps: ContributionDeps) {
    this.#deps = deps
    deps.bus.on('fitted', () => this.#afterFit())
  }

  /** From the store: another tab may have changed it. */
  async read(): Promise<void> {
    const { state, store } = this.#deps
    state.consent = (await store.setting('consent')) ?? NO_CONSENT
    state.sent = (await store.setting('sent')) ?? NOTHING_SENT
  }

  /** @throws NearsideError `input-invalid` when the shop declared no aggregators */
  async agree(agreed: boolean): Promise<void> {
    this.#deps.state.consent = await putConsent(this.#deps, agreed)
    this.#tell()
  }

  /** One report, if everything allows; alone among all tabs. */
  async send(): Promise<Outcome> {
    const outcome = await this.#deps.tabs.alone('contribute', () => sendReport(this.#deps))
    await this.read()
    this.#tell()
    return outcome
  }

  /** Something new was learned that may improve the base. */
  async #afterFit(): Promise<void> {
    const { now, state } = this.#deps
    if (!state.consent.contribute || now() - this.#tried < PAUSE) return
    this.#tried = now()
    await this.send()
  }

  #tell(): void {
    this.#deps.bus.emit('stored', 'settings')
    this.#deps.bus.emit('shown', null)
  }
}

/** @throws NearsideError `input-invalid` when the shop declared no aggregators */
async function putConsent(
  { endpoints, ledger, store, now }: ContributionDeps,
  agreed: boolean,
): Promise<Settings['consent']> {
  if (agreed && !endpoints) {
    throw new NearsideError('input-invalid', 'This shop has no aggregators: nothing can be sent.')
  }
  const consent = agreed ? { contribute: true, since: now() } : NO_CONSENT
  // A withdrawal holds from here on even if the log should fail; an agreement is logged first.
  if (!agreed) await store.putSetting('consent', consent)
  await ledger.append({ kind: 'consent', detail: { contribute: agreed } }, 'strict')
  if (agreed) await store.putSetting('consent', consent)
  return consent
}

async function sendReport(deps: ContributionDeps): Promise<Outcome> {
  const { endpoints, shopper, store, ledger, notices, now } = deps
  const loaded = deps.shop.toImprove
  if (!endpoints) return { sent: false, reason: 'This shop has no aggregators.' }
  if (!loaded) return { sent: false, reason: 'There is no base model to improve yet.' }
  // Read from the store, not from memory: another tab may just have withdrawn it.
  const consent = async () => (await store.inUse.setting('consent')) ?? NO_CONSENT
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
    readBudget: () => store.inUse.setting('budget'),
    writeBudget: (budget) => store.putSetting('budget', budget),
    now,
  })
  const before = (await store.inUse.setting('sent')) ?? NOTHING_SENT
  await store.putSetting('sent', {
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
