/**
 * @module Passes events from a pixel in Shopify's sandbox to the shop's page. Pixel and page share no memory, but a
 * pixel may write to the page's storage (`browser.localStorage`), where the page finds the events. A purchase on
 * Shopify's checkout page is captured when the shopper next opens a shop page of that origin. Nothing is sent anywhere.
 * @see https://shopify.dev/docs/api/web-pixels-api/standard-api/browser
 */
import type { CaptureInput } from '../api.ts'
import { followShopify, type ShopifyAnalytics, type ShopifyId } from './shopify.ts'

/** Key prefix. Each event has its own storage entry, so concurrent writers don't overwrite each other. */
const PREFIX = 'nearside-pixel '
const LOOK_EVERY = 1000

/**
 * Runs in the pixel: stores events in the page's storage until the page captures them.
 * @example
 * register(({ analytics, browser }) => relayShopifyPixel(analytics, browser, { id: 'sku' }))
 */
export function relayShopifyPixel(
  analytics: ShopifyAnalytics,
  { localStorage }: { readonly localStorage: { setItem(key: string, value: string): unknown } },
  options: { readonly id?: ShopifyId } = {},
): () => void {
  let written = 0
  const write = (input: CaptureInput) => {
    // Keys sort by time of writing; a random part keeps the keys of two tabs apart.
    const time = Date.now()
    const key = [time, String(written++).padStart(6, '0'), Math.random()].join(' ')
    return localStorage.setItem(PREFIX + key, JSON.stringify({ ...input, time }))
  }
  return followShopify({ capture: write }, analytics, options)
}

/**
 * Runs in the shop's page: captures the pixel's events now and once a second.
 * @example const stop = followShopifyPixel(personalizer)
 * @returns function that stops capturing
 */
export function followShopifyPixel(
  receiver: { capture(input: CaptureInput): unknown },
  storage: Storage = window.localStorage,
): () => void {
  const take = () => {
    const keys = Array.from({ length: storage.length }, (_, at) => storage.key(at) ?? '')
    for (const key of keys.filter((key) => key.startsWith(PREFIX)).sort()) {
      const text = storage.getItem(key)
      // Remove the entry before capturing it, so that no other tab captures it, too.
      storage.removeItem(key)
      const input = text === null ? null : parsed(text)
      if (input) void receiver.capture(input)
    }
  }
  take()
  const timer = setInterval(take, LOOK_EVERY)
  return () => clearInterval(timer)
}

/** Any script of the page's origin can write to the page's storage, so `capture` checks the content. */
function parsed(text: string): CaptureInput | null {
  try {
    return JSON.parse(text) as CaptureInput
  } catch {
    return null
  }
}
