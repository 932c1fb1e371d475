import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { testFolder } from '@nearside/core/testFolder.ts'
import { testShop } from '@nearside/evaluate/testShop.ts'
import { expect, it } from 'vitest'
import { readPageOptions } from '../publish/pageOptions.ts'
import { type Flags, runCommand } from '../testCommand.ts'
import { command } from './buildShop.ts'

function exports() {
  const { items, shoppers } = testShop(60, 20)
  const folder = testFolder()
  const [orders, catalog, out] = ['orders.csv', 'catalog.csv', 'made'].map((one) =>
    join(folder, one),
  )
  const lines = shoppers.flatMap(({ id, interactions }) =>
    interactions.map(({ item, session, time }) =>
      [session, `${id}@shop.example`, items[item].id, new Date(time).toISOString(), 1].join(),
    ),
  )
  writeFileSync(orders, ['order_id,email,sku,created_at,quantity', ...lines, ''].join('\n'))
  const rows = items.map(({ id, title, price, category }) => [id, title, price, category].join())
  writeFileSync(catalog, ['id,title,price,category', ...rows, ''].join('\n'))
  const build = async (flags: Flags = {}) => {
    const all = { orders, catalog, out, epochs: 0, currency: 'GBP', ...flags }
    const { result, printed } = await runCommand(command, { flags: all })
    return { made: Object.keys(result as object), said: printed.join('\n') }
  }
  return { orders, out, build }
}

it('build-shop builds a site from exports of orders and catalog, and repeats only the steps whose input changed', async () => {
  const { orders, out, build } = exports()
  const first = await build({ link: '/p/{id}' })
  expect(first.made).toEqual(['import', 'pretrain', 'publish'])
  const html = readFileSync(join(out, 'site/page.html'), 'utf8')
  expect(readPageOptions(html)).toMatchObject({ catalog: '/catalog.json', link: '/p/{id}' })
  expect(html.match(/<a href="\/p\/item\d+">Thing \d+<\/a>/g)).toHaveLength(8)
  expect(JSON.parse(readFileSync(join(out, 'site/catalog.json'), 'utf8'))).toHaveLength(20)
  // The published folder contains no events, keys or reports.
  const published = readdirSync(join(out, 'site'), { recursive: true }).join()
  expect(published).not.toMatch(/events|\.key|report/)

  const again = await build({ link: '/product/{id}' })
  expect(again.made).toEqual(['publish'])
  expect(again.said).toMatch(
    /^import: .* is there already\npretrain: .* is there already\npublish /,
  )
  expect(readdirSync(join(out, 'models')).sort()).toEqual(['1', 'latest.json'])

  appendFileSync(orders, 'new,someone@shop.example,item3,2024-04-09T10:00:00Z,1\n')
  expect((await build()).made).toEqual(['import', 'pretrain', 'publish'])
})

it('build-shop refuses --html, because a new report would count as a changed input and start the build again', async () => {
  const { out, build } = exports()
  await expect(build({ html: `${out}.html` })).rejects.toThrow("unknown option '--html'")
})

it('build-shop refuses an invalid option of a later step before the first step starts', async () => {
  const { out, build } = exports()
  await expect(build({ link: 'nowhere' })).rejects.toThrow('{id}')
  await expect(build({ until: 'soon' })).rejects.toThrow('a date like')
  expect(() => readdirSync(out)).toThrow('ENOENT')
})
