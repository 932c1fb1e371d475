/** @module Adapters for events of GA4's `dataLayer`, Shopify and Segment, and for a shopper's past orders. */
export { followDataLayer } from '@nearside/browser/adapters/ga4.ts'
export { ordersFromGa4, ordersFromShopify } from '@nearside/browser/adapters/orders.ts'
export { segmentMiddleware } from '@nearside/browser/adapters/segment.ts'
export { followShopify, type ShopifyAnalytics } from '@nearside/browser/adapters/shopify.ts'
export { followShopifyPixel, relayShopifyPixel } from '@nearside/browser/adapters/shopifyPixel.ts'
