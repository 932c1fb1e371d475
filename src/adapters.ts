/** @module Adapters for events of GA4's `dataLayer`, Shopify and Segment, and for a shopper's past orders. */
export { followDataLayer } from './sdk/adapters/ga4.ts'
export { ordersFromGa4, ordersFromShopify } from './sdk/adapters/orders.ts'
export type { Receiver } from './sdk/adapters/read.ts'
export { segmentMiddleware } from './sdk/adapters/segment.ts'
export { followShopify, type ShopifyAnalytics } from './sdk/adapters/shopify.ts'
export { followShopifyPixel, relayShopifyPixel } from './sdk/adapters/shopifyPixel.ts'
