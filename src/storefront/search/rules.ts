/** @module Rules for queries that are about a page of the shop ("track my order") instead of a product. */
import type { Rule } from '../../index.ts'

export const SEARCH_RULES: readonly Rule[] = [
  {
    name: 'Orders',
    when: {
      search: [
        'orders',
        'order history',
        'order status',
        'track order',
        'Bestellungen',
        'Bestellung',
      ],
    },
    redirect: '/orders',
  },
  {
    name: 'Privacy',
    when: { search: ['privacy', 'privacy policy', 'data protection', 'Datenschutz'] },
    redirect: '/console',
  },
]
