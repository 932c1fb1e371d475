/** @module Builds the page's snapshot from the states of the device's parts, as plain data. */
import { GUARD_START } from '@nearside/core/learning/guard.ts'
import { countShaping, learnedOf } from '@nearside/core/ranking/learned.ts'
import type { WorkerSnapshot } from '../messages.ts'
import type { Parts } from './parts.ts'

type Deps = Pick<Parts, 'config' | 'notices' | 'now' | 'shop' | 'shopper' | 'state' | 'store'>

export function snapshotOf(deps: Deps): WorkerSnapshot {
  const { config, state, store, shop, shopper, notices, now } = deps
  const { report, events } = shopper.cleaned
  const manifest = shop.loaded?.model.manifest
  const byName: Record<string, number> = {}
  for (const { name } of state.events) byName[name] = (byName[name] ?? 0) + 1
  const { active, logLikelihoodRatio, tested } = state.personal?.guard ?? GUARD_START
  return {
    revision: state.revision,
    erasures: state.erasures,
    model: manifest
      ? {
          version: manifest.version,
          items: manifest.items,
          until: manifest.data.until,
          searchTolerance: manifest.searchTolerance ?? 0,
          signed: shop.signed,
        }
      : null,
    enginePreference: state.enginePreference,
    engine: state.engine,
    storage: store.kind,
    persist: {
      ...{ option: config.persist, allowed: state.persist },
      ...(state.unerased && { unerased: true as const }),
    },
    tab: state.leads ? 'leader' : 'follower',
    events: { count: state.events.length, byName },
    retentionDays: config.retentionDays,
    cleaning: report,
    fit: state.personal?.summary ?? null,
    fitting: state.fitting,
    deferred: state.deferred,
    learners: state.learners,
    guard: { active, logLikelihoodRatio, tested },
    learnedFrom: countShaping(events, shop.find, now()),
    learned: learnedOf(events, shop.catalog, shop.find, now()),
    paused: state.paused,
    canContribute: config.federation !== null,
    consent: state.consent,
    globalPrivacyControl: state.conditions.globalPrivacyControl,
    sent: state.sent,
    terms: state.terms,
    notices: notices.list(),
  }
}
