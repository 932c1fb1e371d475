/**
 * @module Sends orders to the shop's server. Each order has an entry of its own in `localStorage` until the server
 * accepts it, so that no tab overwrites another tab's order; orders placed as `nobody` (nothing is stored) wait in
 * memory. Only one tab sends at a time. The server stores an order once, by its id, even if it arrives again. Orders
 * that the server finds invalid are not sent again.
 */
import { createSignal } from './signal.ts'
import { createStored, NOBODY, who } from './stored.ts'
import { isCut } from './wire/wire.ts'

const PREFIX = 'nearside-shop.unsent.'
/** Milliseconds until orders that failed are sent again. */
const AGAIN = 30_000
/** Status codes with which the server refuses an order for good: bad request, too large, unprocessable. */
const FINAL = [400, 413, 422]

interface SentLine {
  readonly id: string
  readonly quantity: number
  readonly price: number
}

/** Orders that wait in memory while the page is open: placed as `nobody`, or impossible to store. */
const inMemory = new Map<string, string>()
/** Ids of orders placed under the profile `nobody`, for which nothing is stored. */
const nobodys = new Set<string>()
let running = new AbortController()
let timer: ReturnType<typeof setTimeout> | undefined

/** Ids of orders that the server has not accepted yet. */
export const unsent = createSignal<readonly string[]>([])

/** Ids of orders that the server refused for good. */
export const refused = createStored<readonly string[]>(
  'nearside-shop.refused',
  (ids) => (Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : []),
  'shared',
)

function entries(): Map<string, string> {
  const found = new Map(inMemory)
  try {
    for (const key of Object.keys(localStorage))
      if (key.startsWith(PREFIX))
        found.set(key.slice(PREFIX.length), localStorage.getItem(key) ?? '')
  } catch {
    // If storage is denied, only the orders of this page are queued.
  }
  return found
}

const look = () => unsent.set([...entries().keys()])

function drop(id: string): void {
  inMemory.delete(id)
  try {
    localStorage.removeItem(PREFIX + id)
  } catch {
    // If storage is denied, the order was only in memory.
  }
}

/** Queues an order, and sends it unless the shopper has blocked all requests ("Cut the wire"). */
export function sendOrder(id: string, lines: readonly SentLine[]): void {
  const body = JSON.stringify({ id, lines })
  if (who.get() === NOBODY) nobodys.add(id)
  try {
    if (nobodys.has(id)) inMemory.set(id, body)
    else localStorage.setItem(PREFIX + id, body)
  } catch {
    inMemory.set(id, body)
  }
  look()
  void sendAll()
}

/** Removes waiting and refused orders that the shopper erased. */
export function withdraw(ids: readonly string[]): void {
  for (const id of ids) drop(id)
  refused.set(refused.get().filter((id) => !ids.includes(id)))
  look()
}

/**
 * Sends the waiting orders now, and again when the shopper allows requests again (`wire.ts`) or the network returns.
 * @returns function that stops the sending
 */
export function followOutbox(): () => void {
  const stop = new AbortController()
  const { signal } = stop
  const changed = () => {
    if (!isCut.get()) return void sendAll()
    running.abort()
    running = new AbortController()
  }
  const unsubscribe = isCut.subscribe(changed)
  addEventListener('online', changed, { signal })
  addEventListener('storage', ({ key }) => key?.startsWith(PREFIX) && look(), { signal })
  look()
  changed()
  return () => {
    stop.abort()
    unsubscribe()
    clearTimeout(timer)
  }
}

async function sendAll(): Promise<void> {
  clearTimeout(timer)
  if (isCut.get() || entries().size === 0) return
  try {
    await navigator.locks.request('nearside-shop.orders', sendEach)
  } catch {
    // Without locks (no secure context, site data blocked), two tabs can both send an order; the server stores it once.
    await sendEach()
  }
  look()
  if (entries().size > 0) timer = setTimeout(sendAll, AGAIN)
}

async function sendEach(): Promise<void> {
  for (const [id, body] of entries()) {
    if (isCut.get()) return
    const answer = await post(body).catch(() => null)
    const isFinal = answer !== null && FINAL.includes(answer.status)
    // The list `refused` belongs to the present kind of visit: in memory as `nobody`, otherwise stored. An order that
    // is refused in a visit of the other kind isn't listed: an order placed as `nobody` is dropped, and any other order
    // stays queued.
    const isShown = nobodys.has(id) === (who.get() === NOBODY)
    if (isFinal && isShown) refused.set([...refused.get(), id])
    if (answer?.ok || (isFinal && (isShown || nobodys.has(id)))) drop(id)
  }
}

function post(body: string): Promise<Response> {
  // biome-ignore lint/style/noRestrictedGlobals: the shop's own order, not the package's traffic
  return fetch(`${import.meta.env.BASE_URL}orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    signal: running.signal,
  })
}
