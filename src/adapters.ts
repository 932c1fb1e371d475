/** @module Plugs an existing shop's events in: GA4's `dataLayer`, Shopify, Segment. */
export { followDataLayer, fromDataLayer } from './adapters/ga4.ts'
export type { Receiver } from './adapters/read.ts'
export { fromSegment, type SegmentOptions, segmentMiddleware } from './adapters/segment.ts'
export {
  followShopify,
  fromShopify,
  type ShopifyAnalytics,
  type ShopifyOptions,
} from './adapters/shopify.ts'
export {
  followShopifyPixel,
  relayShopifyPixel,
  type ShopifyBrowser,
} from './adapters/shopifyPixel.ts'
