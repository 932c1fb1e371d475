/** @module Logs that are recognised by their columns and bring habits of their own. */
import { normalName } from './columns.ts'

export interface Layout {
  readonly name: string
  /** Columns that give it away, in normal form. */
  readonly marks: readonly string[]
  readonly itemPattern?: RegExp
  readonly cancelPattern?: RegExp
  readonly carryForward?: true
}

const LAYOUTS: readonly Layout[] = [
  {
    // Goods have codes that begin with five digits; POST, M, BANK CHARGES and the like are services.
    name: 'UCI Online Retail',
    marks: ['invoiceno', 'stockcode', 'invoicedate', 'customerid'],
    itemPattern: /^\d{5}/,
    cancelPattern: /^C/i,
  },
  {
    name: 'UCI Online Retail II',
    marks: ['invoice', 'stockcode', 'invoicedate', 'customerid'],
    itemPattern: /^\d{5}/,
    cancelPattern: /^C/i,
  },
  {
    // Only an order's first line carries what belongs to the order.
    name: 'Shopify orders',
    marks: ['lineitemname', 'lineitemquantity', 'lineitemprice', 'name'],
    carryForward: true,
  },
  { name: 'GA4 export', marks: ['eventname', 'eventtimestamp', 'userpseudoid'] },
]

export function recogniseLayout(columns: readonly string[]): Layout | undefined {
  const normal = new Set(columns.map(normalName))
  return LAYOUTS.find(({ marks }) => marks.every((mark) => normal.has(mark)))
}
