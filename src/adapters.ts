/** @module Plugs an existing shop's events in: GA4's `dataLayer`, Shopify, Segment. */
export { followDataLayer, fromDataLayer } from './sdk/adapters/ga4.ts'
export type { Receiver } from './sdk/adapters/read.ts'
export { fromSegment, type SegmentOptions, segmentMiddleware } from './sdk/adapters/segment.ts'
export {
  followShopify,
  fromShopify,
  type ShopifyAnalytics,
  type ShopifyOptions,
} from './sdk/adapters/shopify.ts'
export {
  followShopifyPixel,
  relayShopifyPixel,
  type ShopifyBrowser,
} from './sdk/adapters/shopifyPixel.ts'
