/** @module Makes the shop's tools available to the browser's AI agent. The code loads only in browsers with WebMCP. */
import { offerToAgents } from '../agents.ts'
import { type CaptureInput, NearsideError, type Personalizer } from '../index.ts'
import { blend } from '../search.ts'
import { addToBasket } from './basket.ts'
import { type Catalog, isSold } from './catalog.ts'

/** @param shown returns the catalog that the page shows now */
export function offerShopToAgents(
  personalizer: Personalizer,
  shown: () => Catalog,
  capture: (event: CaptureInput) => void,
): () => void {
  const { stop } = offerToAgents(personalizer, {
    itemOf: (id) => shown().get(id),
    async search(query) {
      const { hits } = await shown().search({ query, limit: 200 })
      const ranked = await personalizer.rerank(hits.map(({ id }) => id))
      const liked = ranked.map(({ id }) => id)
      const { model } = personalizer.getSnapshot()
      return blend(hits, liked, model?.searchTolerance).map(({ id }) => id)
    },
    addToBasket(id, quantity) {
      const item = shown().get(id)
      if (!item || !isSold(item))
        throw new NearsideError('item-unknown', 'This product is sold out.')
      addToBasket(id, quantity)
      capture({ name: 'add_to_cart', items: [{ item_id: id, quantity, price: item.price }] })
    },
  })
  return stop
}
