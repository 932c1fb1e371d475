import { register } from '@shopify/web-pixels-extension'
import { relayShopifyPixel } from 'nearside/adapters'

// It sends nothing: events wait in the page's own storage until the page takes them.
register(({ analytics, browser }) => {
  relayShopifyPixel(analytics, browser, { id: 'sku' })
})
