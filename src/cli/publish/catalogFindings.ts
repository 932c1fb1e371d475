/** @module Checks whether products have the fields that lists show, and whether the model knows their ids. */
import type { Catalog } from '@nearside/core/catalog/catalog.ts'
import { currencyFault } from '@nearside/core/catalog/currency.ts'
import { type Finding, failed, findingsAbout } from './finding.ts'

/** Maximum share of products that the model may lack without a warning. */
const MANY = 0.05
/** Fields that product cards show. */
const SHOWN = ['title', 'price', 'image'] as const

const { ok, warning, error } = findingsAbout('catalog')

/** @param known ids of the model's items; null without a model */
export function catalogFindings(catalog: Catalog, known: readonly string[] | null): Finding[] {
  const { items, faults, size } = catalog
  if (size === 0) return [error('The catalog is empty: no list can show anything.')]
  const sold = items.filter(({ available }) => available !== false).length
  const mixedCurrencies = currencyFault(items)
  return [
    ok(`${size} products, ${sold} of them available.`),
    ...faults.slice(0, 3).map((fault) => warning(`${fault}: devices ignore this row; fix it.`)),
    ...failed(
      faults.length <= 3 ||
        warning(`${faults.length - 3} more rows can't be used, or repeat an id: fix the export.`),
      ...SHOWN.map((field) => {
        const missing = items.filter((item) => item[field] === undefined).length
        return (
          missing === 0 ||
          warning(`No ${field} for ${missing} of ${size} products: add it, because cards show it.`)
        )
      }),
      mixedCurrencies === null || warning(mixedCurrencies),
      sold > 0 || error('No product is available, so lists stay empty: check `available`.'),
      sold === 0 ||
        sold >= size / 2 ||
        warning(
          `Only ${sold} of ${size} products are available: remove products that are gone for good.`,
        ),
    ),
    ...(known ? overlap(catalog, known) : []),
  ]
}

function overlap(catalog: Catalog, known: readonly string[]): Finding[] {
  const shared = known.filter((id) => catalog.get(id) !== undefined).length
  const fresh = catalog.size - shared
  if (shared === 0)
    return [
      error(
        `None of the model's ${known.length} items is in the catalog (ids such as ${known.slice(0, 3).join(', ')}): use the same ids in both.`,
      ),
    ]
  const text = `The model lacks ${fresh} of ${catalog.size} products`
  const gone = known.length - shared
  return [
    fresh > MANY * catalog.size
      ? warning(`${text}: update it with nearside pretrain --from.`)
      : ok(`${text}.`),
    ...failed(
      gone <= known.length / 2 ||
        warning(
          `The catalog lacks ${gone} of the model's ${known.length} items: are the ids the same?`,
        ),
    ),
  ]
}
