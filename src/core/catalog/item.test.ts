import { expect, it } from 'vitest'
import { productPage } from './item.ts'

it('productPage returns an item’s `url` if it is a web address, else /product/ID', () => {
  expect(productPage({ id: 'a b', url: 'https://shop.example/p/7' })).toBe(
    'https://shop.example/p/7',
  )
  expect(productPage({ id: 'a b', url: '/p/7' })).toBe('/p/7')
  for (const url of [undefined, '', 'javascript:alert(1)', ' /p/7'])
    expect(productPage({ id: 'a b', url })).toBe('/product/a%20b')
})
