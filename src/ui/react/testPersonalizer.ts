/**
 * @module An in-memory personalizer for interface tests, which ranks by the number of views of an item's category. It
 * has no worker, storage or model; a test can delay its answers.
 */

import { policyTerms } from '@nearside/aggregate/protocol/consent.ts'
import { TEST_POLICY, TEST_RECIPIENTS } from '@nearside/aggregate/protocol/testPolicy.ts'
import type { CaptureInput, Personalizer } from '@nearside/browser/api.ts'
import type { PersonalizerSnapshot } from '@nearside/browser/apiSnapshot.ts'
import type { ContributionTerms } from '@nearside/browser/contribution/terms.ts'
import { STARTING } from '@nearside/browser/page/starting.ts'
import type { Item } from '@nearside/core/catalog/item.ts'
import { NearsideError } from '@nearside/core/error.ts'
import { type EventName, isAnswer } from '@nearside/core/events/event.ts'
import type {
  ListAnswer,
  ListOptions,
  Recommendation,
  RerankOptions,
} from '@nearside/core/ranking/apiLists.ts'

/** Terms of both servers, as a shop's page receives them. */
export const TEST_TERMS: ContributionTerms = {
  ...policyTerms(TEST_POLICY),
  ...TEST_RECIPIENTS,
  demonstration: undefined,
  epsilonPerReport: 2,
  epsilonPerYear: 4,
}

const READY: PersonalizerSnapshot = {
  ...STARTING,
  terms: TEST_TERMS,
  status: 'ready',
  revision: 1,
  model: { version: '1', items: 0, until: '2011-09-01', searchTolerance: 0, signed: null },
  engine: { name: 'js', device: 'test', reason: 'asked for' },
  tab: 'leader',
  persist: { option: 'always', allowed: true },
  canContribute: true,
}

export interface FakePersonalizer extends Personalizer {
  readonly captured: readonly CaptureInput[]
  /** Changes the snapshot and notifies the listeners. */
  change(part: Partial<PersonalizerSnapshot>): void
  /** After `hold(true)`, answers wait for `release`. */
  hold(on: boolean): void
  /** Sends the delayed answer to a request; `index` 0 is the first request. */
  release(index: number): void
}

/** Gives this item a badge in all later lists, as a rule of the shop does. */
export function withBadge(personalizer: FakePersonalizer, item: string, badge: string): void {
  const { recommend } = personalizer
  const badged = (one: Recommendation) => (one.id === item ? { ...one, badge } : one)
  Object.assign(personalizer, {
    recommend: async (options: ListOptions) => (await recommend(options)).map(badged),
  })
}

const asUnknown = (id: string): Recommendation => ({
  id,
  score: 0,
  rank: Number.NaN,
  baseRank: Number.NaN,
  reason: { kind: 'shop-order' },
})

export function createFakePersonalizer(items: readonly Item[]): FakePersonalizer {
  let snapshot: PersonalizerSnapshot = { ...READY, model: { ...READY.model!, items: items.length } }
  const listeners = new Set<() => void>()
  const captured: CaptureInput[] = []
  const looks = new Map<string, number>()
  /** Item of each feedback event, by the event's id. */
  const answered = new Map<string, string>()
  const held: (() => void)[] = []
  let holding = false

  function change(part: Partial<PersonalizerSnapshot>): void {
    snapshot = { ...snapshot, ...part }
    for (const listener of listeners) listener()
  }

  function rank(
    candidates: readonly Item[],
    options: ListOptions & RerankOptions = {},
  ): Recommendation[] {
    const {
      soldOut,
      limit = candidates.length,
      order = 'personal',
      excludeIds = [],
      category,
    } = options
    return candidates
      .map((item, row) => {
        const liked = order === 'personal' ? (looks.get(item.category ?? '') ?? 0) : 0
        const reason: Recommendation['reason'] =
          liked > 0 ? { kind: 'category', category: item.category ?? '' } : { kind: 'popular' }
        return { item, id: item.id, score: liked * 1000 - row, baseRank: row + 1, reason }
      })
      .filter(({ item }) => (soldOut || item.available !== false) && !excludeIds.includes(item.id))
      .filter(({ id }) => order === 'base' || soldOut || ![...answered.values()].includes(id))
      .filter(({ item }) => !category || item.category === category)
      .sort((a, b) => b.score - a.score)
      .slice(0, limit)
      .map(({ id, score, baseRank, reason }, i) => ({ id, score, rank: i + 1, baseRank, reason }))
  }

  async function answer(list: readonly Recommendation[]): Promise<readonly Recommendation[]> {
    if (holding) await new Promise<void>((resolve) => held.push(resolve))
    return list
  }

  const byId = (ids: readonly string[]) => items.filter((item) => ids.includes(item.id))
  const others = (id: string) => {
    const category = byId([id])[0]?.category
    return items.filter((item) => item.id !== id && item.category === category)
  }

  const personalizer: FakePersonalizer = {
    captured,
    change,
    hold(on) {
      holding = on
    },
    release: (index) => held[index]?.(),
    rankWithout: async () => 43,
    profiles: {
      async switch(current) {
        change({ profiles: { ...snapshot.profiles, current } })
      },
      async add(name) {
        const id = `person-${snapshot.profiles.others.length}`
        const others = [...snapshot.profiles.others, { id, name }]
        change({ profiles: { ...snapshot.profiles, others } })
        return id
      },
      rename: async () => {},
      remove: async () => {},
    },
    async capture(input) {
      captured.push(input)
      const ids = input.items?.map((item) => item.item_id) ?? [input.item_id ?? '']
      if (isAnswer(input.name)) answered.set(String(captured.length), ids[0])
      else if (input.name !== 'view_item_list')
        for (const { category = '' } of byId(ids))
          looks.set(category, (looks.get(category) ?? 0) + 1)
      const byName: Partial<Record<EventName, number>> = { ...snapshot.events.byName }
      byName[input.name] = (byName[input.name] ?? 0) + 1
      change({
        revision: snapshot.revision + 1,
        events: { count: snapshot.events.count + 1, byName },
        learnedFrom: snapshot.learnedFrom + 1,
        learned: [...looks].map(([name, strength]) => ({
          kind: 'category',
          name,
          strength: strength / Math.max(...looks.values()),
        })),
      })
      return String(captured.length)
    },
    setAgents: async (agents) => change({ agents }),
    logAgentCall: async () => {},
    seed: async () => 0,
    events: async ({ about, limit } = {}) =>
      captured
        .map(({ name, item_id, items: given = [], search_term }, place) => ({
          id: String(place + 1),
          session: '1',
          time: place,
          name,
          items: item_id ? [item_id] : given.map((line) => line.item_id),
          query: search_term,
        }))
        .filter((event) => {
          if (!about) return true
          if (about.kind === 'event') return event.id === about.id
          if (about.kind === 'query') return event.query === about.name
          const names =
            about.kind === 'item' ? event.items : byId(event.items).map((i) => i.category)
          return names.includes(about.name)
        })
        .slice(0, limit),
    explain: () => Promise.resolve(null),
    recommend(options = {}) {
      if (options.from !== 'viewed') return answer(rank(items, options))
      const { limit, excludeIds = [] } = options
      const looked = captured.flatMap(({ name, item_id = '', dwell_ms = 1000 }) =>
        name === 'view_item' && dwell_ms >= 1000 ? [item_id] : [],
      )
      const ids = [...new Set(looked.reverse())].filter((id) => !excludeIds.includes(id))
      const viewed = ids.slice(0, limit).map((item): Recommendation => {
        return { ...asUnknown(item), reason: { kind: 'because', item, signal: 'viewed' } }
      })
      return answer(viewed)
    },
    similar: (id, options) => answer(rank(others(id), options)),
    boughtTogether(given, options) {
      const ids = [given].flat()
      const beside = others(ids[0]).filter(({ id }) => !ids.includes(id))
      return answer(rank(beside.slice(0, 4), options))
    },
    rerank(ids, options) {
      const known = byId(ids).map(({ id }) => id)
      const unknown = ids.filter((id) => !known.includes(id)).map(asUnknown)
      return answer([...rank(byId(ids), options), ...unknown])
    },
    watch(query, listener) {
      let live = true
      const { options } = query
      const ask = () => {
        if (query.kind === 'rerank') return personalizer.rerank(query.items, query.options)
        if (query.kind === 'similar') return personalizer.similar(query.item, options)
        return query.kind === 'recommend'
          ? personalizer.recommend(options)
          : personalizer.boughtTogether(query.item, options)
      }
      const answer = (given: ListAnswer) => {
        if (live) listener(given)
      }
      const look = () =>
        ask().then(
          (items) => answer({ items }),
          (error) => answer({ error: NearsideError.from(error, 'worker-failed', 'A list failed') }),
        )
      let { revision } = snapshot
      const follow = () => {
        if (snapshot.revision === revision) return
        revision = snapshot.revision
        void look()
      }
      listeners.add(follow)
      void look()
      return () => {
        live = false
        listeners.delete(follow)
      }
    },
    fineTune: () => Promise.reject(new Error('The test personalizer does not fit.')),
    async setEngine(name) {
      change({ enginePreference: name, engine: { name, device: 'test', reason: 'asked for' } })
    },
    async setContribution(contribute) {
      change({ consent: { contribute, since: contribute ? Date.UTC(2026, 0, 2) : null } })
    },
    contributionTerms: () => Promise.resolve(TEST_TERMS),
    contribute: () => Promise.resolve({ sent: false, reason: 'no open round' }),
    rules: async () => [],
    checkForUpdate: () => Promise.resolve({ adopted: false, version: '1' }),
    async pause(paused) {
      change({ paused })
    },
    setOffline: async () => {},
    async setPersist(allowed) {
      const { option } = snapshot.persist
      change({ persist: { option, allowed }, storage: allowed ? 'indexeddb' : 'memory' })
    },
    async forget(what) {
      const name = what.kind === 'event' ? what.id : what.name
      const many = looks.get(name)
      const { learned } = snapshot
      looks.delete(name)
      answered.delete(name)
      change({
        revision: snapshot.revision + 1,
        erasures: snapshot.erasures + 1,
        learned: learned.filter((entry) => entry.name !== name),
      })
      return async () => {
        if (many) looks.set(name, many)
        const { revision, erasures } = snapshot
        change({ revision: revision + 1, erasures: erasures + 1, learned })
      }
    },
    async erase() {
      looks.clear()
      captured.length = 0
      change({
        revision: snapshot.revision + 1,
        erasures: snapshot.erasures + 1,
        events: { count: 0, byName: {} },
        learnedFrom: 0,
        learned: [],
      })
    },
    export: () => Promise.resolve(JSON.stringify({ events: captured })),
    exportTransfer: () =>
      Promise.resolve({ file: JSON.stringify(captured), code: 'ABCD-EFGH-JKMN-PQRS' }),
    importTransfer: () => Promise.resolve(0),
    audit: {
      entries: () => Promise.resolve([]),
      verify: () => Promise.resolve({ ok: true, entries: 0, brokenAt: null, signed: 0 }),
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    getSnapshot: () => snapshot,
    close: () => change({ status: 'closed' }),
  }
  return personalizer
}
