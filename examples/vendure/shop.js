/** @module The page's script: shows a product, and orders it through Vendure's Shop API. */
globalThis.dataLayer ??= []
const { dataLayer } = globalThis
const main = document.querySelector('main')
const [, slug] = /^\/product\/(.+)$/.exec(location.pathname) ?? []

async function ask(query, variables) {
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ query, variables })
  const response = await fetch('/shop-api', { method: 'POST', headers, body })
  const { data, errors } = await response.json()
  const [answer] = Object.values(data ?? {})
  const problem = errors?.[0] ?? (answer?.errorCode && answer)
  if (problem) throw new Error(problem.message)
  return answer
}

/** Tells the recommender, by GA4's conventions. An item's id is the variant's id. */
const tell = (event, item_id) => dataLayer.push({ event, ecommerce: { items: [{ item_id }] } })

const element = (name, properties, ...children) => {
  const made = Object.assign(document.createElement(name), properties)
  made.append(...children)
  return made
}

async function showProduct() {
  const product = await ask(
    'query ($slug: String) { product(slug: $slug) { name variants { id name priceWithTax currencyCode } } }',
    { slug },
  )
  if (!product) return main.append(element('h1', {}, 'This product is gone.'))
  const { name, variants } = product
  const described = ({ name, priceWithTax, currencyCode: currency }) =>
    `${name}, ${(priceWithTax / 100).toLocaleString('en-GB', { style: 'currency', currency })}`
  const options = variants.map((one) => element('option', { value: one.id }, described(one)))
  const select = element('select', { name: 'variant' }, ...options)
  const email = element('input', { type: 'email', name: 'email', required: true })
  const result = element('output', {})
  const form = element(
    'form',
    {},
    ...[element('label', {}, 'Kind ', select), element('label', {}, ' E-mail ', email)],
    ...[element('button', {}, 'Buy'), result],
  )
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    tell('add_to_cart', select.value)
    try {
      result.value = `Order ${await buy(select.value, email.value)}`
      tell('purchase', select.value)
    } catch (error) {
      result.value = error.message
    }
  })
  select.addEventListener('change', () => tell('view_item', select.value))
  main.append(element('h1', {}, name), form)
  tell('view_item', select.value)
}

const FAULT = '... on ErrorResult { errorCode message }'

/** Orders one piece as a guest; returns the order's number. */
async function buy(variant, emailAddress) {
  await ask(
    `mutation ($variant: ID!) { addItemToOrder(productVariantId: $variant, quantity: 1) { __typename ${FAULT} } }`,
    { variant },
  )
  await ask(
    `mutation ($input: CreateCustomerInput!) { setCustomerForOrder(input: $input) { __typename ${FAULT} } }`,
    { input: { firstName: 'A', lastName: 'Guest', emailAddress } },
  )
  await ask(`mutation { setOrderShippingAddress(input: { streetLine1: "1 High Street", countryCode: "GB" }) {
    __typename ${FAULT} } }`)
  const [{ id }] = await ask('{ eligibleShippingMethods { id } }')
  await ask(
    `mutation ($id: ID!) { setOrderShippingMethod(shippingMethodId: [$id]) { __typename ${FAULT} } }`,
    { id },
  )
  await ask(
    `mutation { transitionOrderToState(state: "ArrangingPayment") { __typename ${FAULT} } }`,
  )
  const { code } =
    await ask(`mutation { addPaymentToOrder(input: { method: "invoice", metadata: {} }) {
    __typename ... on Order { code } ${FAULT} } }`)
  return code
}

if (slug) await showProduct()
