/** @module Where a product's page is. */
import type { Item } from './item.ts'

/** As the catalog says, where that is an address of the web; else `/product/<id>`. */
export function productPage({ id, url = '' }: Item): string {
  return /^(https?:\/)?\//.test(url) ? url : `/product/${encodeURIComponent(id)}`
}
