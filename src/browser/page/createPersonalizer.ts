/** @module Creates a personalizer: the public interface in the page. A worker does the work. */

import type { Item } from '@nearside/core/catalog/item.ts'
import type { Personalizer, PersonalizerOptions } from '../api.ts'
import { type Calls, FORWARDED, type Forwarded } from '../messages.ts'
import { browserFetch } from '../transport/browserFetch.ts'
import { browserConditions } from './conditions.ts'
import { Page, type PageEnvironment } from './page.ts'
import { ENGINES, requireOneOf } from './readOptions.ts'
import { SILENCE, type WorkerLink } from './workerLink.ts'

/** `randomUUID` needs a secure context, `getRandomValues` doesn't. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Bundlers replace `process.env.NODE_ENV`; without a bundler `process` doesn't exist. */
function isDevelopment(): boolean {
  try {
    return process.env.NODE_ENV === 'development'
  } catch {
    return false
  }
}

const browser = (): PageEnvironment => ({
  now: () => Date.now(),
  newId,
  conditions: browserConditions(),
  silence: SILENCE,
  // This code replaces a missing worker. It is not loaded from the worker's file, which may be missing, too.
  inPage: async () => (await import('../worker/serve.ts')).deviceInPage(),
  fetch: browserFetch,
  ...(isDevelopment() && { warn: (line: string) => console.warn(line) }),
})

/**
 * Starts the worker and resolves when lists can be requested. If storage, network or the worker is missing, the
 * personalizer works with reduced functions, and the snapshot's notices name the problem.
 *
 * @example
 * const personalizer = await createPersonalizer({
 *   catalog: '/catalog/catalog.json',
 *   baseModel: '/models',
 *   worker: () => new Worker(new URL('nearside/worker', import.meta.url), { type: 'module' }),
 * })
 * await personalizer.capture({ name: 'view_item', item_id: 'SKU_1' })
 * const list = await personalizer.recommend({ limit: 12 })
 *
 * @param environment replaces the browser's own clock, ids and conditions
 * @throws NearsideError `input-invalid` for invalid options
 */
export async function createPersonalizer<TItem extends Item = Item>(
  options: PersonalizerOptions<TItem>,
  environment: PageEnvironment = browser(),
): Promise<Personalizer> {
  const page = new Page(options, environment)
  await page.start()
  const { call, lists, snapshot } = page
  const profile = (...given: Parameters<Calls['profiles']>) =>
    page.profile(...given) as Promise<never>
  return {
    ...forwarded(call),
    capture: page.capture,
    setOffline: page.setOffline,
    events: ({ limit = 100, about } = {}) => call('events', [limit, about]),
    recommend: (options) => lists.list({ kind: 'recommend', options }),
    similar: (item, options) => lists.list({ kind: 'similar', item, options }),
    boughtTogether: (item, options) => lists.list({ kind: 'boughtTogether', item, options }),
    rerank: (items, options) => lists.list({ kind: 'rerank', items, options }),
    watch: (query, listener) => lists.watch(query, listener),
    explain: (item) => page.callInContext('explain', [item]),
    rankWithout: (...given) => page.callInContext('rankWithout', given),
    fineTune: (options = {}) => call('fineTune', [], options),
    async setEngine(preference) {
      requireOneOf('engine', preference, ENGINES)
      return call('setEngine', [preference])
    },
    async forget(what) {
      const forgotten = await call('forget', [what])
      return () => call('restore', [forgotten])
    },
    audit: {
      entries: () => call('entries', []),
      verify: () => call('verify', []),
    },
    profiles: {
      switch: (id) => profile('switch', id),
      add: (name) => profile('add', name),
      rename: (id, name) => profile('rename', id, name),
      remove: (id) => profile('remove', id),
    },
    subscribe: (listener) => snapshot.subscribe(listener),
    getSnapshot: () => snapshot.current,
    close: page.close,
  }
}

/** Methods that only pass their arguments on to the worker; surplus arguments, such as a click's event, are dropped. */
function forwarded(call: WorkerLink['call']): Pick<Personalizer, Forwarded> {
  const methods = Object.entries(FORWARDED).map(([name, count]) => [
    name,
    (...args: readonly unknown[]) => call(name as Forwarded, args.slice(0, count) as never),
  ])
  return Object.fromEntries(methods)
}
