/**
 * @module Maps the columns of a file to roles: by the flag `--columns`, else by the file's layout (its export format),
 * else by the columns' names.
 */
import { invalidInput } from '@nearside/core/error.ts'
import type { Layout } from './layouts.ts'
import type { Source } from './source.ts'

/** Known column names by role, most preferred first, written as `normalName` returns them. */
const KNOWN_NAMES = {
  shopper:
    'shopper customerid customer userid buyerid memberid customeremail email billingemail user kundennummer kundennr kundenid kunde emailadresse',
  device: 'device deviceid visitorid clientid userpseudoid anonymousid domainuserid fullvisitorid',
  item: 'item itemid productid stockcode sku lineitemsku itemsku variantsku productcode brandid id artikelnummer artikelnr artikelid produktid lineitemname',
  time: 'time invoicedate orderdate paidat createdat datecreated timestamp eventtimestamp datetime eventtime purchasedate date eventdate bestelldatum auftragsdatum rechnungsdatum zeitpunkt datum',
  session:
    'session gasessionid sessionid visitid orderid invoiceno invoice transactionid ecommercetransactionid ordernumber bestellnummer bestellnr auftragsnummer rechnungsnummer order',
  order: 'orderid transactionid ecommercetransactionid ordernumber order',
  quantity: 'quantity qty lineitemquantity itemquantity units menge anzahl stueckzahl',
  price:
    'price unitprice lineitemprice itemprice variantprice amount einzelpreis stueckpreis preis vkpreis',
  regularPrice: 'regularprice compareatprice variantcompareatprice',
  currency: 'currency currencycode ordercurrency waehrung',
  title:
    'title itemname productname lineitemname artikelbezeichnung artikelname produktname bezeichnung titel description name',
  event: 'event eventname eventtype behaviortype action type',
  category:
    'category itemcategory producttype productcategory department googleproductcategory kategorie warengruppe',
  brand: 'brand itembrand vendor manufacturer supplier lineitemvendor marke hersteller',
  description: 'description bodyhtml body shortdescription beschreibung',
  group:
    'itemgroupid groupid productgroupid variantgroupid parentid parentsku parentproductid parentitemid vaterartikelnummer vaterartikel',
  image: 'image imagesrc imagelink imageurl bild bildurl',
  url: 'url link producturl productlink permalink offersurl',
  available: 'available availability instock verfuegbar verfuegbarkeit',
  published: 'published',
  rating:
    'rating averagerating ratingvalue productrating aggregateratingratingvalue bewertung durchschnittsbewertung',
  reviews:
    'reviews reviewcount ratingcount numberofreviews aggregateratingreviewcount aggregateratingratingcount anzahlbewertungen',
  badge: 'badge productbadge',
  added:
    'added addedat dateadded createdat datecreated created publishedat datepublished releasedate hinzugefuegtam angelegtam erstelltam eingestelltam neuseit',
  pictureVector: 'picturevector imagevector imageembedding bildvektor',
  query: 'query searchterm search suchbegriff',
  dwell: 'dwellms dwell engagementtimemsec',
  status: 'orderstatus financialstatus bestellstatus auftragsstatus status',
  test: 'test istest testorder',
  // Only a layout can name columns for these roles.
  record: '',
  cancelled: '',
  lines: '',
  number: '',
  kind: '',
  options: '',
  stock: '',
  stockPolicy: '',
  visibility: '',
  sale: '',
  saleStarts: '',
  saleEnds: '',
  saleDates: '',
} as const

export type Role = keyof typeof KNOWN_NAMES
/** @param names role names, separated by spaces */
export const rolesIn = (names: string) => names.split(' ') as readonly Role[]

/** Columns by role. If a role has several columns, the first non-empty column counts. */
export type Columns = Readonly<Partial<Record<Role, readonly string[]>>>
export type NamedColumns = Readonly<Partial<Record<Role, string>>>

/** Name in lower case, without spaces and punctuation. */
export function normalName(name: string): string {
  const plain = name
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replace(/[äöü]/g, (letter) => UMLAUTS[letter])
  return plain.replace(/[^a-z0-9]/g, '')
}

const UMLAUTS: Readonly<Record<string, string>> = { ä: 'ae', ö: 'oe', ü: 'ue' }

/**
 * Finds columns for the roles. A column found by name serves only one role: the first in `roles`.
 * @param named column names by role, from the flag
 * @param mayLack whether the file may lack the role's named column, since the flag applies to all files of an import
 * @throws NearsideError `input-invalid` if the file lacks another named column
 */
export function mapColumns(
  source: Source,
  layout: Layout | undefined,
  roles: readonly Role[],
  named: NamedColumns,
  mayLack: (role: Role) => boolean,
): Columns {
  const normal = source.columns.map(normalName)
  const find = (name: string) => {
    const exact = source.columns.indexOf(name)
    return exact >= 0 ? exact : normal.indexOf(normalName(name))
  }
  const found: Partial<Record<Role, readonly string[]>> = {}
  const taken = new Set<number>()
  const take = (role: Role, places: readonly number[]) => {
    if (places.length === 0) return
    found[role] = places.map((place) => source.columns[place])
    for (const place of places) taken.add(place)
  }
  for (const role of roles) {
    const name = named[role]
    if (name === undefined) continue
    const place = find(name)
    if (place < 0 && !mayLack(role))
      throw invalidInput(
        `${source.name}: has no column '${name}' for ${role} (it has ${source.columns.join(', ')})`,
      )
    if (place >= 0) take(role, [place])
  }
  const places = (names: string) =>
    names.split(' ').map((name) => (name === '' ? -1 : normal.indexOf(name)))
  for (const role of roles)
    if (!found[role] && layout?.columns?.[role])
      take(
        role,
        places(layout.columns[role]).filter((place) => place >= 0),
      )
  for (const role of roles) {
    if (found[role]) continue
    const place = places(KNOWN_NAMES[role]).find((place) => place >= 0 && !taken.has(place))
    if (place !== undefined) take(role, [place])
  }
  // Each of the columns `line_item_1`, `line_item_2` … holds one order line.
  const numbered = source.columns.filter((column) => /^lineitem\d+$/.test(normalName(column)))
  if (layout?.columns?.lines && !found.lines && numbered.length > 0) found.lines = numbered
  return found
}

/** @throws NearsideError `input-invalid` if none of the roles has a column */
export function requireColumn(source: Source, found: Columns, roles: readonly Role[]): void {
  if (roles.some((role) => found[role])) return
  throw invalidInput(
    `${source.name}: no column is known as the ${roles[0]}: say --columns ${roles[0]}=COLUMN (it has ${source.columns.join(', ')})`,
  )
}

/** SQL for a role's trimmed text: the first non-empty column, or all columns joined by `join`. */
export function roleText(source: Source, columns: Columns, role: Role, join?: string): string {
  const texts = (columns[role] ?? []).map((column) => `filled(${source.column(column)})`)
  if (texts.length === 0) return `''`
  if (join !== undefined) return `concat_ws('${join}', ${texts.join(', ')})`
  return `coalesce(${texts.join(', ')}, '')`
}
