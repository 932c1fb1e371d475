/** @module What the panel says, as pure functions of the snapshot: testable without a screen. */
import type { PersonalizerSnapshot } from '../personalizer/api.ts'

/** "Sent: nothing", or exactly how much. */
export function sentText({ sent }: PersonalizerSnapshot): string {
  if (sent.reports === 0 && sent.bytes === 0) return 'Sent: nothing'
  const reports = `${sent.reports} ${sent.reports === 1 ? 'report' : 'reports'}`
  const epsilon = sent.epsilon === null ? '' : `, privacy loss ε = ${sent.epsilon.toPrecision(3)}`
  return `Sent: ${reports}, ${sent.bytes.toLocaleString('en-GB')} bytes${epsilon}`
}

/** Where the ranking is computed. */
export function engineText({ engine, status }: PersonalizerSnapshot): string {
  if (!engine)
    return status === 'starting'
      ? 'Starting …'
      : 'Nothing yet: it is loaded when there is something to learn'
  return engine.device ? `${engine.name} on ${engine.device}` : engine.name
}

/** What the last fit did, in one sentence. */
export function fitText({ fit, fitting }: PersonalizerSnapshot): string {
  if (fitting) return `Learning now: step ${fitting.done} of ${fitting.steps}`
  if (!fit) return 'Not yet: it starts after your first few clicks'
  const from = `${fit.cases} ${fit.cases === 1 ? 'example' : 'examples'}`
  return `From ${from} in ${fit.milliseconds < 10 ? fit.milliseconds.toFixed(1) : Math.round(fit.milliseconds)} ms, on ${fit.engine}`
}

/** Whether what was learned is in use, and why. */
export function guardText({ guard, paused }: PersonalizerSnapshot): string {
  if (paused) return 'Paused: nothing new is learned'
  if (guard.tested === 0) return 'Nothing to compare yet'
  const tested = `${guard.tested} ${guard.tested === 1 ? 'choice' : 'choices'} of yours`
  return guard.active
    ? `In use: checked against ${tested}`
    : `Switched off: the shop’s own order predicted ${tested} better`
}

/** Plural-safe count of what is stored. */
export function storedText({ events, storage }: PersonalizerSnapshot): string {
  const count = `${events.count} ${events.count === 1 ? 'event' : 'events'}`
  return storage === 'indexeddb'
    ? `${count}, in this browser`
    : `${count}, only until this page is closed`
}
