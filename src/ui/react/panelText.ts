/** @module Texts of the panel, as pure functions of the snapshot. */

import type { PersonalizerSnapshot } from '@nearside/browser/apiSnapshot.ts'
import type { Words } from '@nearside/browser/page/words.ts'
import { termsText } from '@nearside/browser/vault/termsText.ts'
import type { Item } from '@nearside/core/catalog/item.ts'
import type { EventName, ShopperEvent } from '@nearside/core/events/event.ts'
import type { Learned } from '@nearside/core/ranking/learned.ts'
import type { LabelKey } from '../messages/panel.ts'
import type { Personalization } from './context.ts'

/** Maximum number of titles listed for one action. */
const NAMED = 4

type PanelWords = Words<LabelKey>

export function sentText(words: PanelWords, { sent }: PersonalizerSnapshot): string {
  const { reports, bytes, epsilon } = sent
  if (bytes === 0) return words('sharedNothing')
  const shared = words('sharedIn', { shared: words('shared', { bytes }), n: reports })
  return epsilon === null ? shared : words('sharedLoss', { shared, epsilon })
}

export function engineText(
  words: PanelWords,
  { engine, fit, status }: PersonalizerSnapshot,
): string {
  if (!engine) {
    if (status === 'starting') return words('starting')
    return fit ? words('engineIdle', { engine: fit.engine }) : words('noEngine')
  }
  const { name, device } = engine
  return device ? words('engineOn', { engine: name, device }) : name
}

/** Recipients and cost of updates, for the shopper to read before agreeing. */
export function costText(
  words: PanelWords,
  { terms, sent }: Pick<PersonalizerSnapshot, 'terms' | 'sent'>,
): string {
  return `${termsText(words, terms)} ${words('used', { epsilon: sent.epsilon ?? 0 })}`
}

export function fitText(
  words: PanelWords,
  { deferred, fit, fitting }: PersonalizerSnapshot,
): string {
  if (fitting) return words('learningNow', { done: fitting.done, steps: fitting.steps })
  if (deferred) return words('waiting')
  if (!fit) return words('notLearned')
  const milliseconds = Number(fit.milliseconds.toPrecision(2))
  return words('learnedIn', { milliseconds, engine: fit.engine })
}

export function guardText(words: PanelWords, { guard, paused }: PersonalizerSnapshot): string {
  if (paused) return words('checkPaused')
  if (guard.tested === 0) return words('checkNothing')
  return words(guard.active ? 'checkInUse' : 'checkOff')
}

export type ActionKey = `action.${EventName}`

export function actionText(
  words: Words<ActionKey>,
  { name, items, query = '' }: Pick<ShopperEvent, 'name' | 'items' | 'query'>,
  itemOf: (id: string) => Item | undefined,
): string {
  const titles = items.slice(0, NAMED).map((id) => itemOf(id)?.title ?? id)
  const more = items.length > NAMED ? ` … (${items.length})` : ''
  return `${words(`action.${name}`)}: ${name === 'search' ? query : titles.join(', ') + more}`
}

/** Text that says which events `forget` would delete, by name, and which other products a deleted purchase contains. */
export function goesText(
  { itemOf, locale, words }: Pick<Personalization, 'itemOf' | 'locale' | 'words'>,
  name: string,
  about: Pick<Learned, 'kind' | 'name'>,
  going: readonly ShopperEvent[],
): string {
  const byName = new Map<EventName, number>()
  const others = new Set<string>()
  for (const event of going) {
    byName.set(event.name, (byName.get(event.name) ?? 0) + 1)
    if (event.name !== 'purchase') continue
    for (const id of event.items) {
      const meant = about.kind === 'item' ? id === about.name : itemOf(id)?.category === about.name
      if (!meant) others.add(id)
    }
  }
  if (byName.size === 0) return words('forgetNothing', { name })
  const counts = Array.from(byName, ([event, n]) => words(`goes.${event}`, { n }))
  const events = new Intl.ListFormat(locale).format(counts)
  const goes = words('forgetGoes', { name, events })
  return others.size === 0 ? goes : `${goes} ${words('forgetWhole', { n: others.size })}`
}
