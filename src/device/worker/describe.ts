/** @module What the page is shown of a device: its parts' states, as one plain object. */
import type { WorkerSnapshot } from '../messages.ts'
import { learnedFrom } from './learned.ts'
import type { Learner } from './learner.ts'
import type { Notices } from './notices.ts'
import type { Shop } from './shop.ts'
import type { Shopper } from './shopper.ts'
import type { Tabs } from './tabs.ts'

export interface DescribeDeps {
  readonly shop: Shop
  readonly shopper: Shopper
  readonly learner: Learner
  readonly tabs: Tabs
  readonly notices: Notices
  readonly now: () => number
}

/** @param own what the device itself keeps count of */
export function describe(
  { shop, shopper, learner, tabs, notices, now }: DescribeDeps,
  own: Pick<WorkerSnapshot, 'revision' | 'paused' | 'consent' | 'sent'>,
): WorkerSnapshot {
  const { report, events } = shopper.cleaned
  const manifest = shop.loaded?.model.manifest
  const byName: Record<string, number> = {}
  for (const { name } of shopper.events) byName[name] = (byName[name] ?? 0) + 1
  return {
    ...own,
    model: manifest
      ? { version: manifest.version, items: manifest.items, until: manifest.data.until }
      : null,
    engine: learner.engine,
    storage: shopper.store.kind,
    tab: tabs.leads ? 'leader' : 'follower',
    events: { count: shopper.events.length, byName },
    cleaning: report,
    fit: learner.report,
    fitting: learner.fitting,
    deferred: learner.deferred,
    guard: learner.guard,
    learned: learnedFrom(events, shop.catalog, shop.find, now()),
    notices: notices.list(),
  }
}
