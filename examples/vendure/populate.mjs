/** @module Fills an empty Vendure: products through its Admin API, past orders through its database. */
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { createGunzip } from 'node:zlib'
import {
  ChannelService,
  Customer,
  JobQueueService,
  Order,
  OrderLine,
  TransactionalConnection,
} from '@vendure/core'
import { graphql, signIn } from './adminApi.mjs'

const PRODUCTS = 100
const ORDERS = 400

/**
 * @param shop folder as `nearside import` writes it
 * @returns token of the owner's session, and an API key that may only read orders
 */
export async function populate(app, { address, shop, password }) {
  // Vendure fills collections in a background job.
  await app.get(JobQueueService).start()
  const url = `${address}/admin-api`
  const token = await signIn(url, password)
  const admin = graphql(url, { authorization: `Bearer ${token}` })
  const { families, lines } = await readShop(shop)
  await addSettings(admin)
  await addOrders(app, lines, await addProducts(admin, families))
  return { token, key: await addKey(admin) }
}

/** Reads the best-selling products, by family, and their last orders. */
async function readShop(shop) {
  const read = async (name) => {
    const file = createReadStream(join(shop, name)).pipe(createGunzip())
    return (await text(file)).trimEnd().split('\n')
  }
  const rows = (await read('events.tsv.gz')).slice(1).map((row) => {
    const [shopper, , item, time, order, quantity, price] = row.split('\t')
    return { shopper, item, time, order, quantity: Number(quantity), price: Number(price) }
  })
  const sold = new Map()
  for (const { item } of rows) sold.set(item, (sold.get(item) ?? 0) + 1)
  const best = (await read('catalog.jsonl.gz'))
    .map((row) => JSON.parse(row))
    .filter(({ available }) => available !== false)
    .sort((a, b) => (sold.get(b.id) ?? 0) - (sold.get(a.id) ?? 0))
    .slice(0, PRODUCTS)
  const chosen = new Set(best.map(({ id }) => id))
  const orders = grouped(
    rows.filter(({ item }) => chosen.has(item)),
    ({ order }) => order,
  )
  return {
    families: grouped(best, ({ id, groupId }) => groupId ?? id),
    lines: orders.slice(-ORDERS).flat(),
  }
}

function grouped(rows, keyOf) {
  const groups = new Map()
  for (const row of rows) {
    const key = keyOf(row)
    groups.set(key, [...(groups.get(key) ?? []), row])
  }
  return [...groups.values()]
}

/** Tax, shipping to one country, and payment by invoice. */
async function addSettings(admin) {
  const named = (name) => `translations: [{ languageCode: en, name: "${name}", description: "" }]`
  const { createCountry: country } = await admin(`mutation {
    createCountry(input: { code: "GB", enabled: true, translations: [{ languageCode: en, name: "United Kingdom" }] }) { id }
    createTaxCategory(input: { name: "Standard", isDefault: true }) { id } }`)
  const { createZone: zone } = await admin(
    `mutation { createZone(input: { name: "UK", memberIds: ["${country.id}"] }) { id } }`,
  )
  const { taxCategories, activeChannel } = await admin(
    '{ taxCategories { items { id } } activeChannel { id } }',
  )
  const args = (given) =>
    JSON.stringify(Object.entries(given).map(([name, value]) => ({ name, value }))).replace(
      /"(name|value)":/g,
      '$1:',
    )
  await admin(`mutation {
    createTaxRate(input: { name: "VAT", enabled: true, value: 20, categoryId: "${taxCategories.items[0].id}", zoneId: "${zone.id}" }) { id }
    updateChannel(input: { id: "${activeChannel.id}", defaultCurrencyCode: GBP, availableCurrencyCodes: [GBP],
      pricesIncludeTax: true, defaultTaxZoneId: "${zone.id}", defaultShippingZoneId: "${zone.id}" }) { __typename }
    createShippingMethod(input: { code: "post", fulfillmentHandler: "manual-fulfillment", ${named('Post')},
      checker: { code: "default-shipping-eligibility-checker", arguments: ${args({ orderMinimum: '0' })} },
      calculator: { code: "default-shipping-calculator", arguments: ${args({ rate: '500', includesTax: 'include', taxRate: '20' })} } }) { id }
    createPaymentMethod(input: { code: "invoice", enabled: true, ${named('Invoice')}, handler: { code: "invoice", arguments: [] } }) { id } }`)
}

/** @returns Vendure's ids of the variants, by SKU */
async function addProducts(admin, families) {
  const departments = await addDepartments(admin, families)
  const ids = new Map()
  for (const family of families) {
    const [first] = family
    const name = first.title
    const slug = name.toLowerCase().replace(/[^a-z0-9]+/g, '-')
    const { createProduct: product } = await admin(
      'mutation ($input: CreateProductInput!) { createProduct(input: $input) { id } }',
      {
        input: {
          facetValueIds: [departments.get(first.category)],
          translations: [{ languageCode: 'en', name, slug, description: `${name}.` }],
        },
      },
    )
    const options = family.length > 1 ? await addOptions(admin, product.id, family) : []
    const input = family.map(({ id, title, price }, n) => ({
      productId: product.id,
      sku: id,
      price: Math.round(price * 100),
      stockOnHand: 100,
      trackInventory: 'TRUE',
      optionIds: options.slice(n, n + 1),
      translations: [{ languageCode: 'en', name: title }],
    }))
    const { createProductVariants: made } = await admin(
      'mutation ($input: [CreateProductVariantInput!]!) { createProductVariants(input: $input) { id sku } }',
      { input },
    )
    for (const { id, sku } of made) ids.set(sku, id)
  }
  await addCollections(admin, departments)
  return ids
}

/** Adds a facet with a value for each department; returns the values' ids. */
async function addDepartments(admin, families) {
  const names = [...new Set(families.flat().map(({ category }) => category))]
  const named = (name) => ({ code: name, translations: [{ languageCode: 'en', name }] })
  const { createFacet: facet } = await admin(
    'mutation ($input: CreateFacetInput!) { createFacet(input: $input) { values { id code } } }',
    {
      input: {
        isPrivate: false,
        code: 'department',
        translations: [{ languageCode: 'en', name: 'Department' }],
        values: names.map(named),
      },
    },
  )
  return new Map(facet.values.map(({ id }, n) => [names[n], id]))
}

/** Adds a collection for each department. Call it after `addProducts`: each new product refills all collections. */
async function addCollections(admin, departments) {
  for (const [name, id] of departments) {
    const args = { facetValueIds: JSON.stringify([id]), containsAny: 'false' }
    const filter = {
      code: 'facet-value-filter',
      arguments: Object.entries(args).map(([name, value]) => ({ name, value })),
    }
    const slug = `department-${id}`
    await admin(
      'mutation ($input: CreateCollectionInput!) { createCollection(input: $input) { id } }',
      {
        input: {
          filters: [filter],
          translations: [{ languageCode: 'en', name, slug, description: '' }],
        },
      },
    )
  }
}

async function addOptions(admin, productId, family) {
  const { createProductOptionGroup: group } = await admin(
    'mutation ($input: CreateProductOptionGroupInput!) { createProductOptionGroup(input: $input) { id options { id code } } }',
    {
      input: {
        code: `kind-${productId}`,
        translations: [{ languageCode: 'en', name: 'Kind' }],
        options: family.map(({ id, title }) => ({
          code: id.toLowerCase(),
          translations: [{ languageCode: 'en', name: title }],
        })),
      },
    },
  )
  await admin(
    `mutation { addOptionGroupToProduct(productId: "${productId}", optionGroupId: "${group.id}") { id } }`,
  )
  const ids = new Map(group.options.map(({ id, code }) => [code, id]))
  return family.map(({ id }) => ids.get(id.toLowerCase()))
}

/** Adds past orders, moved so that the last one was placed yesterday. */
async function addOrders(app, lines, variants) {
  const { rawConnection } = app.get(TransactionalConnection)
  const channel = await app.get(ChannelService).getDefaultChannel()
  const last = Math.max(...lines.map(({ time }) => Date.parse(time)))
  const days = Math.floor((Date.now() - last) / 86_400_000) * 86_400_000
  await rawConnection.transaction(async (manager) => {
    const customers = new Map()
    for (const { shopper } of lines) customers.set(shopper, null)
    for (const shopper of customers.keys()) {
      const emailAddress = `shopper-${shopper}@example.org`
      const customer = new Customer({ firstName: 'A', lastName: 'Shopper', emailAddress })
      customers.set(shopper, await manager.save(Object.assign(customer, { channels: [channel] })))
    }
    for (const rows of grouped(lines, ({ order }) => order)) {
      const orderPlacedAt = new Date(Date.parse(rows[0].time) + days)
      const order = await manager.save(
        new Order({
          ...{ code: `PAST-${rows[0].order}`, type: 'Regular', state: 'Delivered', active: false },
          ...{ orderPlacedAt, currencyCode: 'GBP', channels: [channel], couponCodes: [] },
          customer: customers.get(rows[0].shopper),
          ...{ shippingAddress: {}, billingAddress: {}, subTotal: 0, subTotalWithTax: 0 },
          ...{ shippingLines: [], surcharges: [], payments: [], promotions: [], lines: [] },
        }),
      )
      await manager.save(
        rows.map(({ item, quantity, price }) => {
          const listPrice = Math.round(price * 100)
          return new OrderLine({
            ...{ order, productVariantId: variants.get(item), quantity, listPrice },
            ...{ orderPlacedQuantity: quantity, initialListPrice: listPrice },
            ...{ listPriceIncludesTax: true, adjustments: [], taxLines: [] },
          })
        }),
      )
    }
  })
}

/** Makes an API key that may only read orders. */
async function addKey(admin) {
  const { createRole: role } = await admin(`mutation { createRole(input: {
    code: "nearside", description: "Reads orders", permissions: [ReadOrder] }) { id } }`)
  const { activeAdministrator: owner } = await admin(
    '{ activeAdministrator { id user { roles { id } } } }',
  )
  const roleIds = [...owner.user.roles, role].map(({ id }) => `"${id}"`)
  await admin(
    `mutation { updateAdministrator(input: { id: "${owner.id}", roleIds: [${roleIds}] }) { id } }`,
  )
  const { createApiKey: made } = await admin(`mutation { createApiKey(input: {
    roleIds: ["${role.id}"], translations: [{ languageCode: en, name: "Nearside" }] }) { apiKey } }`)
  return made.apiKey
}
