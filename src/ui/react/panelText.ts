/** @module Texts of the panel as pure functions of the snapshot, testable without a screen. */

import type { PersonalizerSnapshot } from '@nearside/browser/apiSnapshot.ts'
import type { Item } from '@nearside/core/catalog/item.ts'
import type { EventName, ShopperEvent } from '@nearside/core/events/event.ts'
import type { Learned } from '@nearside/core/ranking/learned.ts'
import type { Labels } from './labels.ts'

/** Maximum number of titles listed for one action. */
const NAMED = 4

const rounded = (value: number, locale: string, digits = 3) =>
  value.toLocaleString(locale, { maximumSignificantDigits: digits })

/** Text of what was sent: "Shared nothing", or the exact amount. */
export function sentText({ sent }: PersonalizerSnapshot, labels: Labels, locale: string): string {
  const { reports, bytes, epsilon } = sent
  if (bytes === 0) return labels.shared(null)
  const spent = epsilon === null ? null : rounded(epsilon, locale)
  return labels.shared(bytes.toLocaleString(locale)) + labels.sharedIn(reports, spent)
}

/** Text about the engine that computes the ranking. */
export function engineText({ engine, fit, status }: PersonalizerSnapshot, labels: Labels): string {
  if (!engine) {
    if (status === 'starting') return labels.starting
    return fit ? labels.engineIdle(fit.engine) : labels.noEngine
  }
  return engine.device ? labels.engineOn(engine.name, engine.device) : engine.name
}

/** Recipients and cost of updates, for the shopper to read before agreeing. */
export function termsText(
  { terms, sent }: Pick<PersonalizerSnapshot, 'terms' | 'sent'>,
  labels: Labels,
  locale: string,
): string {
  return `${labels.terms(terms)} ${labels.used(rounded(sent.epsilon ?? 0, locale))}`
}

/** Result of the last fit, in one sentence. */
export function fitText(
  { deferred, fit, fitting }: PersonalizerSnapshot,
  labels: Labels,
  locale: string,
): string {
  if (fitting) return labels.learningNow(fitting.done, fitting.steps)
  if (deferred) return labels.waiting
  if (!fit) return labels.notLearned
  return labels.learnedIn(rounded(fit.milliseconds, locale, 2), fit.engine)
}

/** Whether the learned model is in use, and why. */
export function guardText({ guard, paused }: PersonalizerSnapshot, labels: Labels): string {
  if (paused) return labels.checkPaused
  if (guard.tested === 0) return labels.checkNothing
  return labels[guard.active ? 'checkInUse' : 'checkOff']
}

/** Describes one stored action in words. */
export function actionText(
  { name, items, query = '' }: Pick<ShopperEvent, 'name' | 'items' | 'query'>,
  itemOf: (id: string) => Item | undefined,
  labels: Pick<Labels, 'action'>,
): string {
  const titles = items.slice(0, NAMED).map((id) => itemOf(id)?.title ?? id)
  const more = items.length > NAMED ? ` … (${items.length})` : ''
  return `${labels.action[name]}: ${name === 'search' ? query : titles.join(', ') + more}`
}

/** Events that forgetting would delete, by name, and further products of a purchase. */
export function goesText(
  name: string,
  about: Pick<Learned, 'kind' | 'name'>,
  going: readonly ShopperEvent[],
  itemOf: (id: string) => Item | undefined,
  labels: Labels,
): string {
  const byName: Partial<Record<EventName, number>> = {}
  const others = new Set<string>()
  for (const event of going) {
    byName[event.name] = (byName[event.name] ?? 0) + 1
    if (event.name !== 'purchase') continue
    for (const id of event.items) {
      const meant = about.kind === 'item' ? id === about.name : itemOf(id)?.category === about.name
      if (!meant) others.add(id)
    }
  }
  return labels.forgetGoes(name, byName, others.size)
}
