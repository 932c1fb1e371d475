/** @module What the panel says, as pure functions of the snapshot: testable without a screen. */
import type { Item } from '../../core/catalog/item.ts'
import type { EventName, ShopperEvent } from '../../core/events/event.ts'
import type { Learned, PersonalizerSnapshot } from '../../device/apiSnapshot.ts'
import { guessesOf } from '../../device/guesses.ts'
import type { Labels } from './labels.ts'

const rounded = (value: number, locale: string, digits = 3) =>
  value.toLocaleString(locale, { maximumSignificantDigits: digits })

/** "Shared: nothing", or exactly how much. */
export function sentText({ sent }: PersonalizerSnapshot, labels: Labels, locale: string): string {
  const { reports, bytes, epsilon } = sent
  if (reports === 0 && bytes === 0) return labels.sentNothing
  const spent = epsilon === null ? null : rounded(epsilon, locale)
  return labels.sent(reports, bytes.toLocaleString(locale), spent)
}

/** Where the ranking is computed. */
export function engineText({ engine, fit, status }: PersonalizerSnapshot, labels: Labels): string {
  if (!engine) {
    if (status === 'starting') return labels.starting
    return fit ? labels.engineIdle(fit.engine) : labels.noEngine
  }
  return engine.device ? labels.engineOn(engine.name, engine.device) : engine.name
}

/** What contributing costs, for the shopper to read before agreeing to it. */
export function termsText(
  { terms, sent }: Pick<PersonalizerSnapshot, 'terms' | 'sent'>,
  labels: Labels,
  locale: string,
): string {
  return labels.terms({
    guesses: guessesOf(terms),
    epsilonPerReport: rounded(terms.epsilonPerReport, locale),
    epsilonPerYear: rounded(terms.epsilonPerYear, locale),
    delta: rounded(terms.delta, locale),
    spent: rounded(sent.epsilon ?? 0, locale),
    tokens: terms.tokens,
    trust: terms.trust,
  })
}

/** What the last fit did, in one sentence. */
export function fitText(
  { deferred, fit, fitting }: PersonalizerSnapshot,
  labels: Labels,
  locale: string,
): string {
  if (fitting) return labels.learningNow(fitting.done, fitting.steps)
  if (deferred) return labels.waiting
  if (!fit) return labels.notLearned
  const { cases, milliseconds, engine } = fit
  return labels.learnedFrom(cases, rounded(milliseconds, locale, 2), engine)
}

/** Whether what was learned is in use, and why. */
export function guardText({ guard, paused }: PersonalizerSnapshot, labels: Labels): string {
  if (paused) return labels.checkPaused
  if (guard.tested === 0) return labels.checkNothing
  return labels[guard.active ? 'checkInUse' : 'checkOff'](guard.tested)
}

/** Plural-safe count of what is stored. */
export function storedText({ events, storage }: PersonalizerSnapshot, labels: Labels): string {
  return labels[storage === 'indexeddb' ? 'keptHere' : 'keptInPage'](events.count)
}

/** What goes when this is forgotten: the events by name, and what a purchase takes along. */
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
