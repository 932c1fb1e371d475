/** @module Chooses the address of a product's page. */
import type { Item } from './item.ts'

/** The address from the catalog if it is an http(s) or root-relative URL; otherwise `/product/<id>`. */
export function productPage({ id, url = '' }: Item): string {
  return /^(https?:\/)?\//.test(url) ? url : `/product/${encodeURIComponent(id)}`
}
