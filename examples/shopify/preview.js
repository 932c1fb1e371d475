/** @module A page as the blocks would make it: `npm run preview -- SITE PAGE`, of a folder that `publish` made. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Liquid } from 'liquidjs'

const [site, page] = process.argv.slice(2)
const [head] = readFileSync(join(site, 'page.html'), 'utf8').split('<!-- Where the list')
const snippets = mkdtempSync(join(tmpdir(), 'nearside-snippets-'))
writeFileSync(join(snippets, 'nearside-head.liquid'), head)

const engine = new Liquid({ partials: snippets, extname: '.liquid', strictFilters: true })
/** Shopify reads it for the theme editor, and writes nothing. */
const schemas = {}
engine.registerTag('schema', {
  parse(_tag, rest) {
    this.text = ''
    for (let token = rest.shift(); token && token.name !== 'endschema'; token = rest.shift())
      this.text += token.getText()
  },
  render() {
    Object.assign(schemas, JSON.parse(this.text))
    return ''
  },
})
engine.registerFilter('image_url', (image) => image.src)

/** As Liquid's `product` is. */
const products = JSON.parse(readFileSync(join(site, 'catalog.json'), 'utf8')).map((item) => ({
  title: item.title,
  url: `/products/${item.id}`,
  featured_image: item.image && { src: item.image },
  selected_or_first_available_variant: { sku: item.id, price: Math.round(100 * item.price) },
}))

const block = (name) => readFileSync(`extensions/nearside-theme/blocks/${name}.liquid`, 'utf8')
const shared = { request: { page_type: 'index' } }
const scripts = await engine.parseAndRender(block('head'), shared)
const settings = { heading: 'For you', limit: 8, about: 'shopper', collection: { products } }
const list = await engine.parseAndRender(block('recommendations'), {
  ...shared,
  block: { settings },
})
if (schemas.target !== 'section') throw new Error('the block has no schema')
const similar = await engine.parseAndRender(block('recommendations'), {
  ...shared,
  product: products[0],
  block: { settings: { ...settings, heading: 'Similar', limit: 4, about: 'similar' } },
})
writeFileSync(
  page,
  `<!doctype html><title>Shop</title><link rel="icon" href="data:,">
${scripts}${list}${similar}`,
)
