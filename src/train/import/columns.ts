/** @module Which column of a table means what: named by flags, else guessed from common names. */
import { NearsideError } from '../../core/error.ts'
import type { Table } from './table.ts'

/**
 * Names in order of preference, compared without case, spaces and punctuation. From GA4's export,
 * Shopify's order and product exports, WooCommerce, the UCI Online Retail sets, the RetailRocket,
 * Tmall, DIGINETICA and Instacart logs, and Google Merchant feeds.
 */
const KNOWN_NAMES = {
  shopper:
    'shopper customerid customer userid visitorid clientid userpseudoid buyerid memberid customeremail email user',
  item: 'item itemid productid stockcode sku lineitemsku variantsku productcode brandid id lineitemname',
  time: 'time invoicedate orderdate paidat createdat datecreated timestamp eventtimestamp datetime eventtime purchasedate date eventdate',
  session:
    'session orderid invoiceno invoice transactionid ecommercetransactionid ordernumber gasessionid sessionid visitid',
  quantity: 'quantity qty lineitemquantity itemquantity units',
  price: 'price unitprice lineitemprice itemprice variantprice amount',
  currency: 'currency currencycode',
  title: 'title itemname productname lineitemname description name',
  event: 'event eventname eventtype behaviortype action type',
  category: 'category itemcategory producttype productcategory department googleproductcategory',
  brand: 'brand itembrand vendor manufacturer supplier lineitemvendor',
  description: 'description bodyhtml body shortdescription',
  image: 'image imagesrc imagelink imageurl',
  available: 'available availability instock published',
  query: 'query searchterm search',
  dwell: 'dwellms dwell engagementtimemsec',
} as const

export type Role = keyof typeof KNOWN_NAMES

/** Role → place in `Table.columns`. */
export type Columns = Readonly<Partial<Record<Role, number>>>

export function normalName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '')
}

/** Those of the named columns that a table has: flags are given once for log, clicks and catalog. */
export function presentColumns(
  table: Table,
  named: Readonly<Partial<Record<Role, string>>> = {},
): Partial<Record<Role, string>> {
  const normal = new Set(table.columns.map(normalName))
  return Object.fromEntries(
    Object.entries(named).filter(([, name]) => normal.has(normalName(name))),
  )
}

/**
 * Finds a column for each role. A column serves one role only, roles in the order given, flags first.
 * @param named by flag: role → column name, exactly or up to case and punctuation
 * @throws NearsideError `input-invalid` when a named column is not there or a required role stays open
 */
export function mapColumns(
  table: Table,
  roles: readonly Role[],
  required: readonly Role[],
  named: Readonly<Partial<Record<Role, string>>> = {},
): Columns {
  const normal = table.columns.map(normalName)
  const found: Partial<Record<Role, number>> = {}
  const taken = new Set<number>()
  for (const role of roles) {
    const name = named[role]
    if (name === undefined) continue
    const exact = table.columns.indexOf(name)
    const column = exact >= 0 ? exact : normal.indexOf(normalName(name))
    if (column < 0)
      throw new NearsideError(
        'input-invalid',
        `${table.name}: has no column '${name}' for --${role} (it has ${table.columns.join(', ')})`,
      )
    found[role] = column
    taken.add(column)
  }
  for (const role of roles) {
    if (found[role] !== undefined) continue
    const candidates: string[] = KNOWN_NAMES[role].split(' ')
    // Shopify's order export calls the order number `Name`; elsewhere that is a product's name.
    if (role === 'session' && normal.includes('lineitemname')) candidates.unshift('name')
    const column = candidates
      .map((name) => normal.indexOf(name))
      .find((i) => i >= 0 && !taken.has(i))
    if (column === undefined) continue
    found[role] = column
    taken.add(column)
  }
  requireColumns(table, found, required)
  return found
}

/** @throws NearsideError `input-invalid`, naming the first role without a column and the flag to say it with */
export function requireColumns(table: Table, found: Columns, required: readonly Role[]): void {
  const open = required.filter((role) => found[role] === undefined)
  if (open.length > 0)
    throw new NearsideError(
      'input-invalid',
      `${table.name}: which column is the ${open[0]}? Say --${open[0]} COLUMN (it has ${table.columns.join(', ')})`,
    )
}
