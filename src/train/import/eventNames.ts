/** @module Names that other systems give to each event, in lower case without spaces and punctuation. */
const NAMES = {
  view_item: 'view pv click detail action productview viewitem viewcontent',
  view_item_list: 'viewitemlist listview',
  select_item: 'selectitem listclick',
  add_to_cart: 'cart addtocart ecommerceabandonedcart',
  remove_from_cart: 'removefromcart',
  add_to_wishlist: 'fav favorite favourite wishlist addtowishlist',
  purchase: 'buy order transaction transactionitem ecommerceorder purchase',
  search: 'search viewsearchresults sitesearch',
  refund: 'refund',
} as const

export const EVENT_ALIASES: readonly { readonly alias: string; readonly event: string }[] =
  Object.entries(NAMES).flatMap(([event, names]) =>
    names.split(' ').map((alias) => ({ alias, event })),
  )
