/** @module Known export formats (layouts), recognised by their columns. */
import { normalName, type Role } from './columns.ts'

export interface Layout {
  readonly name: string
  /** Sets of column names, as `normalName` writes them. A file that has all columns of a set has this layout. */
  readonly marks: readonly string[]
  /** Column names by role, as `normalName` writes them; the first non-empty column counts. */
  readonly columns?: Readonly<Partial<Record<Role, string>>>
  /** Pattern of product ids. Other ids are services, such as postage. */
  readonly itemPattern?: string
  /** Pattern of the order numbers of cancellations. */
  readonly cancelPattern?: string
  /** Whether a variant inherits missing fields from its parent product, which becomes its `group`. */
  readonly inherits?: true
  /** Whether only an order's first line has the order's fields. */
  readonly carry?: true
}

/** Schema versions in the column names that Snowplow's loaders write. */
const SCHEMA_VERSIONS = ['1', '100', '101', '102']
const snowplow = (kind: 'event' | 'contexts', schema: string, field: string) =>
  SCHEMA_VERSIONS.map((version) =>
    normalName(
      `${kind === 'event' ? 'unstruct_event' : kind}_com_snowplowanalytics_snowplow_ecommerce_${schema}_${version}_${field}`,
    ),
  ).join(' ')

const LAYOUTS: readonly Layout[] = [
  {
    name: 'UCI Online Retail',
    marks: [
      'invoiceno stockcode invoicedate customerid',
      'invoice stockcode invoicedate customerid',
    ],
    itemPattern: String.raw`^\d{5}`,
    cancelPattern: '^[Cc]',
  },
  {
    name: 'Shopify orders',
    marks: ['lineitemname lineitemquantity lineitemprice name'],
    columns: {
      session: 'name',
      // `customerid`, and `test` below, are columns of Shopify's Admin API.
      shopper: 'email phone customerid',
      // An order that awaits payment has no `Paid at`.
      time: 'paidat createdat',
      item: 'lineitemsku lineitemname',
      title: 'lineitemname',
      brand: 'vendor',
      status: 'financialstatus',
      cancelled: 'cancelledat',
      test: 'paymentmethod tags test',
    },
    carry: true,
  },
  {
    name: 'Shopify products',
    marks: ['handle title variantprice', 'urlhandle title price status'],
    columns: {
      item: 'variantsku sku',
      number: 'variantid',
      group: 'handle urlhandle',
      options: 'option1value option2value option3value',
      category: 'type productcategory',
      brand: 'vendor',
      price: 'variantprice price',
      regularPrice: 'variantcompareatprice compareatprice',
      description: 'bodyhtml description',
      image: 'variantimage variantimageurl imagesrc productimageurl',
      url: 'handle urlhandle',
      published: 'published publishedononlinestore',
      stock: 'variantinventoryqty inventoryquantity',
      stockPolicy: 'variantinventorypolicy continuesellingwhenoutofstock',
    },
    inherits: true,
  },
  {
    // From the plugin Advanced Order Export. Its column `Item #` is no id: it counts the lines of an order.
    name: 'WooCommerce orders, one line per item',
    marks: [
      'ordernumber quantityrefund',
      'ordernumber itemname itemcost',
      'ordernumber itemname itemsku itemquantity',
    ],
    columns: {
      session: 'ordernumber orderid',
      shopper: 'emailbilling billingemail customeremail customerid customeruserid',
      time: 'orderdate date',
      item: 'sku itemsku itemname name productname',
      title: 'itemname name productname',
      quantity: 'quantityrefund quantity itemquantity',
      price: 'itemcost itemcostinctax itemprice',
      status: 'orderstatus status',
    },
    carry: true,
  },
  {
    // A report of WooCommerce Analytics has all products of an order in one cell: `2× Mug, 1× Tea pot`.
    name: 'WooCommerce orders, all products in one cell',
    marks: ['order products itemssold'],
    columns: {
      session: 'order',
      shopper: 'customer',
      time: 'date',
      lines: 'products',
      status: 'status',
    },
  },
  {
    // Order export extensions: `name:Mug|sku:MG|quantity:2|total:15.00;…`.
    name: 'WooCommerce orders, all line items in one cell',
    marks: ['lineitems status', 'lineitem1 status'],
    columns: {
      session: 'ordernumber orderid',
      shopper: 'billingemail customeremail customerid',
      time: 'orderdate date',
      currency: 'ordercurrency currency',
      lines: 'lineitems',
      status: 'status',
    },
  },
  {
    name: 'WooCommerce products',
    marks: ['id type sku name regularprice'],
    columns: {
      item: 'sku id',
      number: 'id',
      title: 'name',
      price: 'regularprice',
      sale: 'saleprice',
      saleStarts: 'datesalepricestarts',
      saleEnds: 'datesalepriceends',
      visibility: 'visibilityincatalog',
      category: 'categories',
      brand: 'brands brand',
      description: 'shortdescription description',
      image: 'images',
      available: 'instock',
      published: 'published',
      group: 'parent',
      kind: 'type',
    },
    inherits: true,
  },
  {
    name: 'Vendure or Medusa orders',
    marks: ['ordercode orderplacedat productvariantid'],
    columns: {
      shopper: 'customerid',
      session: 'ordercode',
      time: 'orderplacedat',
      item: 'productvariantid',
      price: 'pricewithtax',
      status: 'state',
    },
  },
  {
    name: 'Vendure or Medusa products',
    marks: ['productvariantid groupid pricewithtax'],
    columns: {
      item: 'productvariantid',
      number: 'sku',
      title: 'name',
      price: 'pricewithtax',
      category: 'collection facetcategory',
      brand: 'facetbrand facetmanufacturer facetmaker',
    },
  },
  {
    name: 'Google Merchant Center feed',
    marks: ['id title price link', 'id title price availability', 'id title price imagelink'],
    columns: {
      item: 'id',
      price: 'price',
      sale: 'saleprice',
      saleDates: 'salepriceeffectivedate',
      category: 'producttype googleproductcategory',
      image: 'imagelink',
      available: 'availability',
    },
  },
  {
    name: 'schema.org products',
    marks: ['type name offersprice'],
    columns: {
      item: 'sku productid id',
      title: 'name',
      brand: 'brandname brand',
      price: 'offersprice',
      currency: 'offerspricecurrency',
      available: 'offersavailability',
      image: 'image imageurl',
      group: 'inproductgroupwithid isvariantofproductgroupid isvariantofid productgroupid',
    },
  },
  {
    name: 'GA4 export',
    marks: ['eventname eventtimestamp userpseudoid'],
    columns: {
      shopper: 'userid',
      device: 'userpseudoid',
      session: 'gasessionid',
      order: 'ecommercetransactionid transactionid',
      item: 'itemid itemname',
      title: 'itemname',
      category: 'itemcategory2 itemcategory',
      query: 'searchterm',
    },
  },
  {
    // JSON from Live.getLastVisitsDetails. Matomo's actions include page views, which have no product.
    name: 'Matomo visits',
    marks: ['idvisit visitorid type timestamp'],
    columns: {
      shopper: 'userid',
      device: 'visitorid',
      session: 'idvisit',
      order: 'orderid',
      item: 'itemsku productviewsku itemname productviewname',
      title: 'itemname productviewname',
      category: 'itemcategory productviewcategories',
      price: 'price productviewprice',
      currency: 'sitecurrency',
      time: 'timestamp',
      event: 'type',
      query: 'sitesearchkeyword',
    },
  },
  {
    // From Snowplow's Analytics SDKs and loaders. An event can occur twice, with the same id (`record`).
    name: 'Snowplow events',
    marks: ['eventid eventname domainuserid collectortstamp'],
    columns: {
      record: 'eventid',
      shopper: 'userid',
      device: 'domainuserid networkuserid',
      session: 'domainsessionid',
      time: 'derivedtstamp collectortstamp',
      event: `${snowplow('event', 'snowplow_ecommerce_action', 'type')} eventname`,
      order: `${snowplow('contexts', 'transaction', 'transaction_id')} ${snowplow('contexts', 'refund', 'transaction_id')} tiorderid`,
      item: 'id tisku',
      title: 'name tiname',
      category: 'category ticategory',
      price: 'price tiprice',
      quantity: 'quantity tiquantity',
      currency: 'currency ticurrency',
      query: SCHEMA_VERSIONS.map(
        (version) => `unstructeventcomsnowplowanalyticssnowplowsitesearch${version}terms`,
      ).join(' '),
    },
  },
]

export function recogniseLayout(columns: readonly string[]): Layout | undefined {
  const normal = new Set(columns.map(normalName))
  return LAYOUTS.find(({ marks }) =>
    marks.some((line) => line.split(' ').every((mark) => normal.has(mark))),
  )
}
