/** @module What the panel says, as pure functions of the snapshot: testable without a screen. */
import type { PersonalizerSnapshot } from '../personalizer/api.ts'
import { ENGLISH, type Labels } from './labels.ts'

/** "Sent: nothing", or exactly how much. */
export function sentText(
  { sent }: PersonalizerSnapshot,
  labels: Labels = ENGLISH,
  locale = 'en-GB',
): string {
  const { reports, bytes, epsilon } = sent
  if (reports === 0 && bytes === 0) return labels.sentNothing
  const spent = epsilon === null ? null : epsilon.toPrecision(3)
  return labels.sent(reports, bytes.toLocaleString(locale), spent)
}

/** Where the ranking is computed. */
export function engineText(
  { engine, status }: PersonalizerSnapshot,
  labels: Labels = ENGLISH,
): string {
  if (!engine) return status === 'starting' ? labels.starting : labels.noEngine
  return engine.device ? labels.engineOn(engine.name, engine.device) : engine.name
}

/** What the last fit did, in one sentence. */
export function fitText(
  { deferred, fit, fitting }: PersonalizerSnapshot,
  labels: Labels = ENGLISH,
): string {
  if (fitting) return labels.learningNow(fitting.done, fitting.steps)
  if (deferred) return labels.waiting
  if (!fit) return labels.notLearned
  const { cases, milliseconds, engine } = fit
  const rounded = milliseconds < 10 ? milliseconds.toFixed(1) : String(Math.round(milliseconds))
  return labels.learnedFrom(cases, rounded, engine)
}

/** Whether what was learned is in use, and why. */
export function guardText(
  { guard, paused }: PersonalizerSnapshot,
  labels: Labels = ENGLISH,
): string {
  if (paused) return labels.checkPaused
  if (guard.tested === 0) return labels.checkNothing
  return guard.active ? labels.checkInUse(guard.tested) : labels.checkOff(guard.tested)
}

/** Plural-safe count of what is stored. */
export function storedText(
  { events, storage }: PersonalizerSnapshot,
  labels: Labels = ENGLISH,
): string {
  return storage === 'indexeddb' ? labels.keptHere(events.count) : labels.keptInPage(events.count)
}
