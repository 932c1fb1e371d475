/** @module Reads a shop's order export and visitor counts by arm. */
import { invalidInput, type NearsideError } from '@nearside/core/error.ts'
import type { readTable } from '@nearside/train/import/readTable.ts'

type Table = Awaited<ReturnType<typeof readTable>>
type Row = Table['rows'][number]

export type SaleArm = 'personal' | 'hold-out'

export interface Sale {
  /** ISO date. */
  readonly day: string
  /** Trial arm that the order names; null if it names none. */
  readonly arm: SaleArm | null
  readonly revenue: number
  /** Refunded money; null if the file has no such column. */
  readonly refund: number | null
  /** Margin of the order; null if the file has no such column. */
  readonly margin: number | null
  /** Whether the order is its customer's first with an arm, or first without an arm; true if it names no customer. */
  readonly isFirst: boolean
  /** Revenue by department; empty if the file names none. */
  readonly departments: ReadonlyMap<string, number>
}

export interface Visitors {
  readonly personal: number
  readonly 'hold-out': number
  /** Visitors whose browser's store was empty; null if the file doesn't count them. */
  readonly emptyStores: number | null
}

export interface Sales {
  readonly currency: string
  readonly sales: readonly Sale[]
  readonly hasCustomers: boolean
  readonly inBothArms: number
}

/** Accepted names of each column, compared by their letters alone. The arm's column can have a prefix (`meta:`). */
const ORDER_NAMES = {
  order: ['order', 'orderid', 'ordernumber', 'transactionid', 'name', 'id'],
  day: ['createdat', 'orderdate', 'datecreated', 'date', 'day', 'time', 'paidat'],
  arm: ['arm', 'noteattributes', 'attributes'],
  revenue: ['revenue', 'total', 'ordertotal', 'totalprice', 'value', 'amount'],
  line: ['linetotal', 'linerevenue'],
  price: ['lineitemprice', 'price', 'itemprice'],
  quantity: ['lineitemquantity', 'quantity'],
  currency: ['currency', 'ordercurrency', 'currencycode'],
  customer: ['customerid', 'customer', 'shopper', 'customeremail', 'email'],
  refund: ['refundedamount', 'refund', 'refunded'],
  margin: ['margin', 'profit'],
  department: ['department', 'category', 'lineitemcategory', 'producttype'],
} as const

const VISITOR_NAMES = {
  day: ['date', 'day'],
  arm: ['arm'],
  visitors: ['visitors', 'totalusers', 'activeusers', 'users', 'browsers'],
  emptyStores: ['emptystores'],
} as const

export const lettersOf = (column: string): string =>
  column
    .toLowerCase()
    .replace(/^custom\w*:/, '')
    .replace(/[^a-z]/g, '')

export function isSalesColumn(column: string): boolean {
  const names: readonly string[] = [
    ...Object.values(ORDER_NAMES).flat(),
    ...Object.values(VISITOR_NAMES).flat(),
  ]
  const letters = lettersOf(column)
  return names.includes(letters) || letters.endsWith('nearsidearm')
}

/** Whether a table has orders: some column is an order's value, and no column names an event. */
export const areOrders = (columns: readonly string[]): boolean =>
  !columns.some((column) => ['eventname', 'event'].includes(lettersOf(column))) &&
  [...ORDER_NAMES.revenue, ...ORDER_NAMES.line, ...ORDER_NAMES.price].some((name) =>
    columns.some((column) => lettersOf(column) === name),
  )

/**
 * @throws NearsideError `input-invalid` for a missing column, an unknown arm, a second currency, contradicting
 * totals, or a date or an amount that can't be read
 */
export function readSales(table: Table): Sales {
  const { column, refuse } = columnsOf(table, ORDER_NAMES)
  const [order, day] = [column('order'), column('day')]
  if (!order) throw refuse('needs a column with the order’s number, such as order_id')
  if (!day) throw refuse('needs a column with the order’s date, such as created_at')
  const currency = oneCurrency(table, column('currency'), refuse)
  const orders = new Map<string, Row[]>()
  for (const row of table.rows) {
    const id = row.values[order]
    if (!id) throw refuse('an order has no number', row)
    orders.set(id, [...(orders.get(id) ?? []), row])
  }
  /** Arms of each customer's orders so far; null for orders without an arm. */
  const armsOf = new Map<string, Set<SaleArm | null>>()
  const read = [...orders.values()].map((rows) => {
    const of = (name: keyof typeof ORDER_NAMES) => firstOf(rows, column(name))
    // Refunds and margins are those of the whole order if the file has totals, otherwise sums over the order's lines.
    const money = (name: 'refund' | 'margin') => {
      const said = column(name)
      if (!said) return null
      return (column('revenue') ? ofOrder : ofLines)(rows, said, refuse) ?? 0
    }
    const lines = rows.map((row) => lineOf(row, column, refuse))
    const total = totalOf(rows, column('revenue'), refuse)
    return {
      day: dayOf(of('day'), rows[0], refuse),
      arm: armOf(of('arm'), rows[0], refuse),
      revenue: total ?? lines.reduce<number>((sum, line) => sum + (line ?? 0), 0),
      refund: money('refund'),
      margin: money('margin'),
      customer: of('customer'),
      departments: departmentsOf(rows, lines, column('department'), total),
    }
  })
  read.sort((a, b) => (a.day < b.day ? -1 : Number(a.day > b.day)))
  const sales = read.map(({ customer, ...sale }): Sale => {
    if (customer === '') return { ...sale, isFirst: true }
    const arms = armsOf.get(customer) ?? new Set()
    const isFirst = ![...arms].some((arm) => (arm === null) === (sale.arm === null))
    armsOf.set(customer, arms.add(sale.arm))
    return { ...sale, isFirst }
  })
  return {
    currency,
    sales,
    hasCustomers: column('customer') !== undefined,
    inBothArms: [...armsOf.values()].filter((arms) => arms.has('personal') && arms.has('hold-out'))
      .length,
  }
}

/** Visitors by ISO date. @throws NearsideError `input-invalid`, as `readSales` */
export function readVisitors(table: Table): ReadonlyMap<string, Visitors> {
  const { column, refuse } = columnsOf(table, VISITOR_NAMES)
  const [day, arm, visitors] = [column('day'), column('arm'), column('visitors')]
  if (!day || !arm || !visitors)
    throw refuse('needs the columns date, nearside_arm and visitors, with one row per day and arm')
  const counts = new Map<string, Visitors>()
  for (const row of table.rows) {
    const which = armOf(row.values[arm], row, refuse)
    if (which === null) continue
    const many = (name: string) => {
      const value = amount(row.values[name], row, refuse)
      if (value >= 0 && Number.isInteger(value)) return value
      throw refuse(`${name} must be a whole number`, row)
    }
    const date = dayOf(row.values[day], row, refuse)
    const known = counts.get(date) ?? { personal: 0, 'hold-out': 0, emptyStores: null }
    const empty = column('emptyStores')
    counts.set(date, {
      ...known,
      [which]: known[which] + many(visitors),
      emptyStores: empty ? (known.emptyStores ?? 0) + many(empty) : null,
    })
  }
  return counts
}

function totalOf(rows: readonly Row[], column: string | undefined, refuse: Refuse): number | null {
  if (!column) return null
  const total = ofOrder(rows, column, refuse)
  if (total === null) throw refuse('an order has no total', rows[0])
  if (total >= 0) return total
  throw refuse('a total is negative: export refunds in a column of their own', rows[0])
}

type Refuse = (why: string, row?: Row) => NearsideError

function columnsOf<K extends string>(table: Table, names: Readonly<Record<K, readonly string[]>>) {
  const refuse: Refuse = (why, row) =>
    invalidInput(`${table.name}${row ? `, line ${row.line}` : ''}: ${why}`)
  if (table.unreadable.length > 0)
    throw refuse(`lines can’t be read: ${table.unreadable.slice(0, 5).join(', ')}`)
  if (table.rows.length === 0) throw refuse('has no rows')
  // A column with the arm alone, such as `meta:nearside_arm`, takes precedence over a column of several attributes.
  const isArm = (one: string) => lettersOf(one).endsWith('nearsidearm')
  const column = (what: K): string | undefined =>
    (what === 'arm' ? table.columns.find(isArm) : undefined) ??
    names[what].flatMap((name) => table.columns.filter((one) => lettersOf(one) === name))[0]
  return { column, refuse }
}

const firstOf = (rows: readonly Row[], column: string | undefined): string =>
  (column && rows.map(({ values }) => values[column]).find((text) => text)) || ''

function oneCurrency(table: Table, column: string | undefined, refuse: Refuse): string {
  const found = new Set(table.rows.map(({ values }) => (column ? values[column] : '')))
  found.delete('')
  if (found.size <= 1) return [...found][0] ?? ''
  throw refuse(`has orders in ${[...found].sort().join(' and ')}: measure one currency at a time`)
}

function dayOf(text: string, row: Row, refuse: Refuse): string {
  const day = /^\d{8}$/.test(text)
    ? `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`
    : text.slice(0, 10)
  const time = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(day) : Number.NaN
  if (Number.isFinite(time) && new Date(time).toISOString().startsWith(day)) return day
  throw refuse(`'${text}' is no date like 2026-10-01`, row)
}

/** Reads an arm, also from a field of several attributes (`nearside_arm: personal`). */
function armOf(text: string, row: Row, refuse: Refuse): SaleArm | null {
  const within = /nearside[_ ]arm\W+([\w-]+)/i.exec(text)?.[1]
  const said = (within ?? (/[:=\n]/.test(text) ? '' : text)).trim().toLowerCase()
  if (said === 'personal' || said === 'hold-out') return said
  if (['', '(not set)', 'none', 'null', 'undefined'].includes(said)) return null
  throw refuse(
    `unknown arm '${said}': write personal or hold-out, or nothing for a browser outside the trial`,
    row,
  )
}

function amount(text: string, row: Row, refuse: Refuse): number {
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text)
  throw refuse(`'${text}' is no amount like 12.50: export numbers with a point and no symbol`, row)
}

/** Amount that an order's rows agree on; null if no row has an amount. */
function ofOrder(rows: readonly Row[], column: string, refuse: Refuse): number | null {
  const said = rows.filter(({ values }) => values[column])
  const amounts = said.map((row) => amount(row.values[column], row, refuse))
  if (amounts.some((one) => one !== amounts[0]))
    throw refuse(
      `rows of one order differ in ${column}: if they are lines, call the column line_total, and leave the order's total out`,
      said[1],
    )
  return amounts[0] ?? null
}

const ofLines = (rows: readonly Row[], column: string, refuse: Refuse): number =>
  rows
    .filter(({ values }) => values[column])
    .reduce((sum, row) => sum + amount(row.values[column], row, refuse), 0)

/** Revenue of one line of an order; null if the file has no column for the revenue of a line. */
function lineOf(
  row: Row,
  column: (name: keyof typeof ORDER_NAMES) => string | undefined,
  refuse: Refuse,
): number | null {
  const [line, price, quantity] = [column('line'), column('price'), column('quantity')]
  if (line) return amount(row.values[line], row, refuse)
  if (!price) return null
  const many = quantity ? amount(row.values[quantity], row, refuse) : 1
  return many * amount(row.values[price], row, refuse)
}

function departmentsOf(
  rows: readonly Row[],
  lines: readonly (number | null)[],
  column: string | undefined,
  total: number | null,
): ReadonlyMap<string, number> {
  const sums = new Map<string, number>()
  if (!column) return sums
  rows.forEach(({ values }, k) => {
    // The total of an order with one row belongs to the row's department. With more rows, only their own amounts count.
    const revenue = lines[k] ?? (rows.length === 1 ? total : null)
    const name = values[column]
    if (name && revenue !== null) sums.set(name, (sums.get(name) ?? 0) + revenue)
  })
  return sums
}
