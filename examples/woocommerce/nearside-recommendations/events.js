/** What the page says, and what is put into the basket, to `dataLayer` by GA4's conventions. */
window.dataLayer ??= []
const { dataLayer } = window
const told = JSON.parse(document.getElementById('nearside-events')?.textContent ?? '[]')
for (const entry of told) dataLayer.push(entry)

const add = (item_id, quantity) =>
  dataLayer.push({ event: 'add_to_cart', ecommerce: { items: [{ item_id, quantity }] } })

// A product's page: the product, or the variation that was chosen last.
let chosen = told.find(({ event }) => event === 'view_item')?.ecommerce.items[0].item_id
document.addEventListener('submit', ({ target }) => {
  if (chosen && target.matches('form.cart')) add(chosen, Number(target.quantity?.value ?? 1))
})

// WooCommerce tells of the rest by jQuery's events.
window.jQuery?.(($) => {
  $(document.body).on('added_to_cart', (_event, _fragments, _hash, button) => {
    if (!button?.data('product_id')) return
    add(String(button.data('product_sku') || button.data('product_id')), 1)
  })
  $('form.variations_form').on('found_variation', (_event, { sku, variation_id }) => {
    chosen = sku || String(variation_id)
  })
})
