/** @module Features of an item for a shopper: their names, sequence and meaning. */

/**
 * Group of features. `own` counts the shopper's purchases of the item; `interaction` counts views and carts as well.
 * Weights of `interaction` are learned only from logs with views or carts; from a log of orders alone, a model would
 * learn to treat a view like a purchase.
 */
export type FeatureGroup =
  | 'cooccurrence'
  | 'own'
  | 'interaction'
  | 'category'
  | 'price'
  | 'popularity'
  | 'catalog'

interface Feature {
  readonly name: string
  readonly group: FeatureGroup
}

const LIST = [
  ['cooccurrenceRecent', 'cooccurrence'], // co-occurrence with the shopper's recent interactions, summed
  ['cooccurrenceShare', 'cooccurrence'], // co-occurrence with the shopper's recent interactions, as a mean
  ['cooccurrenceSession', 'cooccurrence'], // co-occurrence with the items of the last visit or order
  ['bought7', 'own'], // shopper's purchases of the item, halved every 7 days
  ['bought30', 'own'], // shopper's purchases of the item, halved every 30 days
  ['bought180', 'own'], // shopper's purchases of the item, halved every 180 days
  ['boughtBefore', 'own'], // the shopper has bought the item before
  ['orderCount', 'own'], // number of the shopper's orders that contain the item
  ['inLastOrder', 'own'], // the item was in the shopper's last order
  ['orderRecency', 'own'], // 1 / (1 + orders since the last order with the item)
  ['repeatRateBought', 'own'], // share of the item's shoppers who came back to it, if bought before
  ['due', 'own'], // time since the last purchase is near the usual interval
  ['boughtByOrders', 'own'], // bought before × number of the shopper's orders
  ['boughtCooccurrence', 'own'], // bought before × co-occurrence with the recent history
  ['repeatTendency', 'own'], // bought before × share of the shopper's order lines that repeat an earlier purchase
  ['boughtPopularity', 'own'], // bought before × logarithm of the item's share of popularity, relative to the mean item's share
  ['interactions3', 'interaction'], // the shopper's views, carts and purchases of the item, halved every 3 days
  ['interactions60', 'interaction'], // the shopper's views, carts and purchases of the item, halved every 60 days
  ['interactionShareVisit', 'interaction'], // the item's share of the shopper's interactions, halved every visit, relative to its popularity
  ['interactionShareVisits', 'interaction'], // as interactionShareVisit, halved every 10 visits
  ['interactionShareEver', 'interaction'], // as interactionShareVisit, with equal weight for all visits
  ['visitShare', 'interaction'], // share of the shopper's visits that contain the item
  ['inLastVisit', 'interaction'], // the item is in the last visit
  ['interactionStrength', 'interaction'], // strength of the last interaction: view, cart or purchase
  ['returnTendency', 'interaction'], // interacted with before × share of the shopper's interactions that come back to an item
  ['interactedPopular', 'interaction'], // interacted with before × shoppers in the last 30 days
  ['looksLastVisit', 'interaction'], // number of the shopper's interactions with the item in the last visit
  ['looksEver', 'interaction'], // number of the shopper's interactions with the item
  ['categoryAffinity', 'category'], // share of the shopper's recent interest in the item's category
  ['peersRecent', 'category'], // share of the item's category and brand in the last six products viewed or carted, halved every two products
  ['peersLast', 'category'], // the last product viewed or carted has the item's category and brand
  ['priceCloseness', 'price'], // nearness to the shopper's usual price
  ['popularity7', 'popularity'], // number of the item's shoppers in the last 7 days
  ['popularity30', 'popularity'], // number of the item's shoppers in the last 30 days
  ['popularityAll', 'popularity'], // number of the item's shoppers ever
  ['popularityShare', 'popularity'], // logarithm of the item's share of the popularity of 30 days
  ['trend', 'popularity'], // number of the item's shoppers in the last 7 days relative to its 30-day pace
  ['popularityCold', 'popularity'], // number of the item's shoppers in the last 30 days ÷ (1 + orders of this shopper)
  ['dormant', 'popularity'], // the item had no shoppers in the last 30 days
  ['price', 'catalog'], // logarithm of the price
  ['age', 'catalog'], // logarithm of the days since the item appeared
  ['isNew', 'catalog'], // the item appeared in the last 30 days
] as const satisfies readonly (readonly [string, FeatureGroup])[]

export type FeatureName = (typeof LIST)[number][0]

export const FEATURES: readonly Feature[] = LIST.map(([name, group]) => ({ name, group }))

/** Number of features, F. */
export const FEATURE_COUNT = LIST.length

export const FEATURE_COLUMN = Object.fromEntries(
  LIST.map(([name], column) => [name, column]),
) as Readonly<Record<FeatureName, number>>
