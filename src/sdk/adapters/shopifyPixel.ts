/**
 * @module From a pixel in Shopify's sandbox to the shop's page. The two share no memory, but a pixel
 * may write into the page's own storage (`browser.localStorage`), and the page looks there. So a
 * purchase is heard of too: it is made on a page of Shopify's, and found at the next page of the shop
 * if that is of the same origin. Nothing is sent anywhere.
 * @see https://shopify.dev/docs/api/web-pixels-api/standard-api/browser
 */
import type { CaptureInput } from '../../device/api.ts'
import type { Receiver } from './read.ts'
import { followShopify, type ShopifyAnalytics, type ShopifyOptions } from './shopify.ts'

/** One entry an event: two that write at once can't lose each other's. */
const PREFIX = 'nearside-pixel '
const LOOK_EVERY = 1000

/** What a pixel is given as `browser`, as far as it is used. */
export interface ShopifyBrowser {
  /** Of the page that the pixel belongs to. */
  readonly localStorage: { setItem(key: string, value: string): unknown }
}

/**
 * In the pixel. Events wait in the page's storage until the page takes them.
 * @example
 * register(({ analytics, browser }) => relayShopifyPixel(analytics, browser, { id: 'sku' }))
 */
export function relayShopifyPixel(
  analytics: ShopifyAnalytics,
  { localStorage }: ShopifyBrowser,
  options: ShopifyOptions = {},
): () => void {
  let written = 0
  const write = (input: CaptureInput) => {
    // In order of writing; the random part keeps two tabs apart.
    const time = Date.now()
    const key = [time, String(written++).padStart(6, '0'), Math.random()].join(' ')
    return localStorage.setItem(PREFIX + key, JSON.stringify({ ...input, time }))
  }
  return followShopify({ capture: write }, analytics, options)
}

/**
 * In the shop's page: captures what a pixel has left, now and once a second.
 * @example const stop = followShopifyPixel(personalizer)
 * @returns how to stop
 */
export function followShopifyPixel(
  receiver: Receiver,
  storage: Storage = window.localStorage,
): () => void {
  const take = () => {
    const keys = Array.from({ length: storage.length }, (_, at) => storage.key(at) ?? '')
    for (const key of keys.filter((key) => key.startsWith(PREFIX)).sort()) {
      const text = storage.getItem(key)
      // Taken away first: another tab may be looking as well.
      storage.removeItem(key)
      const input = text === null ? null : parsed(text)
      if (input) void receiver.capture(input)
    }
  }
  take()
  const timer = setInterval(take, LOOK_EVERY)
  return () => clearInterval(timer)
}

/** Anything of the origin can write there; `capture` checks what it says. */
function parsed(text: string): CaptureInput | null {
  try {
    return JSON.parse(text) as CaptureInput
  } catch {
    return null
  }
}
