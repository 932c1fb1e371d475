import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { testFolder } from '@nearside/core/testFolder.ts'
import { expect, test } from 'vitest'
import { brief, imported, runImport } from '../testImport.ts'

test('import reads a German export: column names, decimal commas, dates, Windows-1252', async () => {
  const orders = [
    'Kundennummer;Bestellnummer;Bestelldatum;Artikelnummer;Artikelbezeichnung;Stückzahl;Einzelpreis;Währung;Bestellstatus',
    '7;B1;31.12.2023 18:30;100;Käsemesser, groß;1;1.234,50 €;EUR;Abgeschlossen',
    '7;B1;31.12.2023 18:30;101;Brett;2;9,90 €;EUR;Abgeschlossen',
    '8;B2;01.01.2024 09:00;101;Brett;1;9,90 €;EUR;Storniert',
  ].join('\r\n')
  const { items, events } = await imported(
    { 'orders.csv': Buffer.from(orders.replaceAll('€', '\u0080'), 'latin1') },
    { 'time-zone': 'Europe/Berlin' },
  )
  expect(brief(events, 'shopper', 'item', 'time', 'quantity', 'price')).toEqual([
    '7 100 2023-12-31T17:30:00Z 1 1234.5',
    '7 101 2023-12-31T17:30:00Z 2 9.9',
  ])
  expect(items[0]).toEqual({
    id: '100',
    title: 'Käsemesser, groß',
    price: 1234.5,
    currency: 'EUR',
  })
})

test('import reads a JSON array of nested orders, spreadsheet dates, and several currencies', async () => {
  const line_items = [
    { sku: 'a', name: 'Tea', price: '5.00', quantity: 1 },
    { sku: 'b', name: 'Mug', price: '7.00' },
  ]
  const order = (id: number, currency: string) => ({
    order_id: id,
    customer: { id: 3 },
    created_at: 45413.5 + id,
    currency,
    line_items,
  })
  const { items, events } = await imported(
    { 'orders.json': JSON.stringify([order(1, 'EUR'), order(2, 'EUR'), order(3, 'USD')]) },
    { columns: 'shopper=customer.id' },
  )
  expect(brief(events, 'shopper', 'item', 'time', 'price')).toEqual([
    '3 a 2024-05-02T12:00:00Z 5',
    '3 b 2024-05-02T12:00:00Z 7',
    '3 a 2024-05-03T12:00:00Z 5',
    '3 b 2024-05-03T12:00:00Z 7',
    // A price paid in another currency is left out.
    '3 a 2024-05-04T12:00:00Z ',
    '3 b 2024-05-04T12:00:00Z ',
  ])
  expect(items[0]).toEqual({ id: 'a', title: 'Tea', price: 5, currency: 'EUR' })
})

test.each(['item_group_id', 'group id', 'Parent ID'])(
  'the column %s groups variants',
  async (column) => {
    const { report, items } = await imported({
      'orders.csv': 'user,sku,time\nann,cup-s,2024-05-01 10:00\n',
      'catalog.csv': `sku,title,${column}\ncup-s,Small cup,cup\ncup-l,Large cup,cup\ncup,Cup,\ntea,Tea,\n`,
    })
    expect(report.catalog?.columns).toMatchObject({ group: column })
    // An item whose id equals the group's id belongs to the group.
    expect(items.map(({ id, groupId }) => [id, groupId])).toEqual([
      ['cup-s', 'cup'],
      ['cup-l', 'cup'],
      ['cup', 'cup'],
      ['tea', undefined],
    ])
  },
)

test('--columns names the group column, and the summary counts the variants', async () => {
  const { printed } = await runImport(
    {
      'orders.csv': 'user,sku,time\nann,a,2024-05-01 10:00\n',
      'catalog.csv': 'sku,title,"family, of cups"\na,Cup,c\nb,Large cup,c\nt,Tea,\n',
    },
    { columns: 'group=family, of cups' },
  )
  expect(printed).toContain('  group is family, of cups')
  expect(printed).toContain(
    '3 items: 3 with a title, 0 with a price, 3 available, 2 variants of a product, 0 categories',
  )
})

test('import reads the arrival dates of products, and counts an invalid date without dropping the product', async () => {
  const files = (dates: readonly string[], column = 'Created At') => ({
    'orders.csv': 'user,sku,time\nann,p0,2024-05-01 10:00\n',
    'catalog.csv': `sku,title,${column}\n${dates.map((date, i) => `p${i},Tea,"${date}"\n`).join('')}`,
  })
  const added = async (dates: readonly string[], column?: string) => {
    const { items, report } = await imported(files(dates, column))
    return {
      dates: items.map((item) => item.added),
      undated: report.catalog?.lost['bad date of arrival'],
    }
  }
  const dates = ['2024-02-29', '2024-02-31', '2024-05-01 10:30:00 +0200', '', '0000-00-00 00:00:00']
  expect(await added(dates)).toEqual({
    dates: ['2024-02-29', undefined, '2024-05-01T08:30:00Z', undefined, undefined],
    undated: 2,
  })
  expect((await added(['31.12.2023', '01.02.2024'], 'angelegt am')).dates).toEqual([
    '2023-12-31',
    '2024-02-01',
  ])
  // Day and month of this date are ambiguous, so the import leaves the date out.
  expect(await added(['1/2/2024'])).toEqual({ dates: [undefined], undated: 1 })
  const { printed } = await runImport(files(dates, 'since'), {
    columns: 'added=since',
    'dry-run': true,
  })
  expect(printed.join('\n')).toContain('2  of them without it: bad date of arrival')
})

test('import reads a column named “order” as the order number', async () => {
  const line = (order: string, item: string) => `${order},ann,${item},2024-05-01 10:00\n`
  const { report, events } = await imported(
    {
      'orders.csv': `order,customer,sku,date\n${line('1', 'cup')}${line('2', 'tea')}`,
      'clicks.csv':
        'order,session,customer,sku,date,event\n2,v1,ann,tea,2024-05-01 10:00,purchase\n',
    },
    { untitled: true },
  )
  expect(brief(events, 'item', 'session')).toEqual(['cup 1', 'tea 2'])
  expect(report.logs.map(({ columns }) => columns)).toEqual([
    expect.objectContaining({ session: 'order' }),
    expect.objectContaining({ session: 'session', order: 'order' }),
  ])
})

test('the HTML report shows columns, rejected lines and matches, but no e-mail address', async () => {
  const html = join(testFolder(), 'report.html')
  await runImport(
    {
      'orders.csv': 'order,customer,sku,date\n1,ann@example.com,cup,2024-05-01\n2,bob,<b>,never\n',
      'catalog.csv': 'sku,title\ncup,Cup\n',
    },
    { html },
  )
  const page = await readFile(html, 'utf8')
  for (const said of ['ann@', '<b>,never']) expect(page).not.toContain(said)
  for (const said of ['customer', 'bad date', 'line 3', '100.0 %', 'Cup', '2024-05-01'])
    expect(page).toContain(said)
})

test('import keeps a shop’s numeric categories, but ignores Google’s category numbers', async () => {
  const categoriesOf = async (column: string) => {
    const { items } = await imported({
      'orders.csv': 'user,sku,time\nann,cup,2024-05-01 10:00\n',
      'catalog.csv': `sku,title,${column}\ncup,Cup,8\ntea,Tea,12\n`,
    })
    return items.map(({ category }) => category)
  }
  expect(await categoriesOf('category')).toEqual(['8', '12'])
  expect(await categoriesOf('google_product_category')).toEqual([undefined, undefined])
})
