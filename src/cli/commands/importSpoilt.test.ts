import { strToU8, zipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import { brief, type Files, imported, runImport } from '../testImport.ts'

const ORDERS = 'order;customer;sku;title;price;date\n'
const line = (order: string, price: string) => `${order};ann;cup;Cup;${price};2024-05-01\n`

const refusal = (files: Files) =>
  expect(runImport(files)).rejects.toMatchObject({ code: 'input-invalid' })

describe('unreadable prices', () => {
  test('a purchase with an unreadable price is kept without the price', async () => {
    const { report, events } = await imported({
      'orders.csv': ORDERS + line('1', 'auf Anfrage') + line('2', '9,90') + line('3', 'gratis?'),
    })
    expect(report.logs[0]).toMatchObject({ kept: 3, dropped: {}, lost: { 'bad price': 2 } })
    expect(brief(events, 'session', 'price')).toEqual(['1 ', '2 9.9', '3 '])
  })

  test('a product with an unreadable price is kept without the price', async () => {
    const { report, items } = await imported({
      'orders.csv': ORDERS + line('1', '9,90'),
      'catalog.csv': 'sku,title,price\ncup,Cup,auf Anfrage\npot,Pot,-3\ntea,Tea,4 EUR\n',
    })
    expect(report.catalog).toMatchObject({ kept: 3, dropped: {}, lost: { 'bad price': 2 } })
    expect(items.map(({ price }) => price)).toEqual([undefined, undefined, 4])
  })

  test('import reports unreadable prices and prices in foreign currencies', async () => {
    const { report, printed, events } = await runImport({
      'orders.csv':
        'order,customer,sku,title,price,currency,date\n' +
        '1,ann,cup,Cup,9,USD,2024-05-01\n2,ann,cup,Cup,9,USD,2024-05-02\n3,ann,cup,Cup,12,CAD,2024-05-03\n',
    })
    expect(report.logs[0].lost).toEqual({ 'price in another currency than USD': 1 })
    expect(printed).toContain('          1  of them without it: price in another currency than USD')
    expect(brief(await events(), 'price')).toEqual(['9', '9', ''])
  })

  test('a product’s price in another currency than most prices is left out, and reported', async () => {
    const { report, items } = await imported({
      'orders.csv': ORDERS + line('1', '9,90'),
      'catalog.csv':
        'sku,title,price\ncup,Cup,5 EUR\npot,Pot,£3\ntea,Tea,4 EUR\nmat,Mat,USD 6\nhat,Hat,7 EUR\n',
    })
    expect(report.catalog?.lost).toEqual({ 'price in another currency than EUR': 2 })
    expect(items.map(({ id, price, currency }) => [id, price, currency])).toEqual([
      ['cup', 5, 'EUR'],
      ['pot', undefined, 'GBP'],
      ['tea', 4, 'EUR'],
      ['mat', undefined, 'USD'],
      ['hat', 7, 'EUR'],
    ])
  })
})

describe('files in two encodings', () => {
  const euro = (encoding: BufferEncoding) =>
    encoding === 'utf8' ? Buffer.from('€') : Buffer.from([0x80])
  const order = (order: string, title: Buffer, price: string, sign: Buffer) =>
    Buffer.concat([
      Buffer.from(`${order};ann;${order};`),
      title,
      Buffer.from(`;${price} `),
      sign,
      Buffer.from(';2024-05-01\n'),
    ])

  test('a file in two encodings is decoded line by line, and a euro sign is read in either encoding', async () => {
    const latin = Buffer.from('Käse', 'latin1')
    const { items } = await imported({
      'orders.csv': Buffer.concat([
        Buffer.from(ORDERS),
        order('1', Buffer.from('Käse'), '1,10', euro('utf8')),
        order('2', latin, '2,20', euro('latin1')),
        order('3', latin, '3,30', euro('utf8')),
      ]),
    })
    const known = { title: 'Käse', currency: 'EUR' }
    expect(items).toEqual([
      { id: '1', price: 1.1, ...known },
      { id: '2', price: 2.2, ...known },
      { id: '3', price: 3.3, ...known },
    ])
  })
})

test.each(['sep=;\r\n', '"sep=;"\n', '\uFEFFsep=;\n'])(
  'import skips Excel’s line %j, and uses the delimiter that it names',
  async (mark) => {
    // Excel's line names the semicolon, so it delimits this header, although a quoted name has commas.
    const header = 'order;customer;sku;title;"price, net, of one, in €";date\n'
    const { report, events } = await imported(
      { 'orders.csv': mark + header + line('1', '9,90') + line('2', 'x;y') },
      { columns: 'price=price, net, of one, in €' },
    )
    expect(report.logs[0].examples).toEqual({ 'unreadable line': [4] })
    expect(brief(events, 'session', 'price')).toEqual(['1 9.9'])
  },
)

describe('truncated files', () => {
  const products = Array.from({ length: 3 }, (_, k) => ({ id: `p${k}`, title: `Cup ${k}` }))
  const ORDER = { 'orders.csv': 'user,sku,time\nann,p0,2024-05-01 10:00\n' }
  const json = JSON.stringify(products)
  const graph = JSON.stringify({ '@graph': products })
  const xml = `<rss><channel>${products.map(({ id, title }) => `<item><id>${id}</id><title>${title}</title></item>`)}</channel></rss>`

  test.each([
    ['a JSON array', 'catalog.json', json],
    ['a JSON-LD graph', 'catalog.json', graph],
    ['an XML feed', 'catalog.xml', xml],
  ])(
    'a file with %s is read if it is complete, and refused wherever it breaks off',
    async (_kind, name, text) => {
      const { items } = await imported({ ...ORDER, [name]: text })
      expect(items).toHaveLength(3)
      const places = [text.length - 1, text.length - 2, text.length - 20, text.indexOf('p1') - 8]
      for (const place of places) await refusal({ ...ORDER, [name]: text.slice(0, place) })
    },
  )
})

describe('Excel workbooks', () => {
  const cell = (at: string, value: string, type = '') =>
    type === 'inlineStr'
      ? `<c r="${at}" t="inlineStr"><is><t>${value}</t></is></c>`
      : `<c r="${at}"${type && ` t="${type}"`}><v>${value}</v></c>`
  const sheet = `<worksheet><sheetData>
<row r="1">${['order', 'customer', 'sku', 'title', 'price', 'date', 'note'].map((name, k) => cell(`${'ABCDEFG'[k]}1`, name, 'inlineStr')).join('')}</row>
<row r="3">${cell('A3', '1')}${cell('B3', '0', 's')}${cell('C3', '100')}${cell('D3', '1', 's')}${cell('E3', '9.9000000000000004')}${cell('F3', '45413.5')}${cell('G3', 'true, or not', 'str')}</row>
<row r="4">${cell('A4', '2')}${cell('B4', '0', 's')}${cell('C4', '100')}${cell('D4', '1', 's')}${cell('F4', '45414')}</row>
</sheetData></worksheet>`
  const texts =
    '<sst><si><t>ann</t></si><si><r><t>Cup, </t></r><r><t>&quot;big&quot;</t></r><rPh><t>x</t></rPh></si></sst>'
  const parts = (more: Record<string, string> = {}) => ({
    'xl/workbook.xml':
      '<workbook><workbookPr/><sheets><sheet name="Orders" r:id="r7"/><sheet name="B" r:id="r1"/></sheets></workbook>',
    'xl/_rels/workbook.xml.rels':
      '<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/><Relationship Id="r7" Target="worksheets/sheet2.xml"/></Relationships>',
    'xl/worksheets/sheet1.xml': '<worksheet/>',
    'xl/worksheets/sheet2.xml': sheet,
    'xl/sharedStrings.xml': texts,
    ...more,
  })
  const zipped = (files: Record<string, string>) =>
    zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)])))

  test('Excel workbooks are read: the first sheet, its shared texts, dates and empty cells', async () => {
    const { report, items, events } = await imported({ 'orders.xlsx': zipped(parts()) })
    expect(report.logs[0]).toMatchObject({ lines: 2, kept: 2 })
    expect(brief(events, 'shopper', 'item', 'time', 'price')).toEqual([
      'ann 100 2024-05-01T12:00:00Z 9.9',
      'ann 100 2024-05-02T00:00:00Z ',
    ])
    expect(items[0].title).toBe('Cup, "big"')
  })

  test('Excel workbooks are refused if they count dates from 1904, or are damaged, old or protected, and so is a file of another kind', async () => {
    const since1904 = { 'xl/workbook.xml': '<workbook><workbookPr date1904="1"/></workbook>' }
    await refusal({ 'orders.xlsx': zipped(parts(since1904)) })
    await refusal({ 'orders.xlsx': zipped(parts()).slice(0, 400) })
    await refusal({ 'orders.xls': Buffer.from('d0cf11e0a1b11ae1', 'hex') })
    await refusal({ 'orders.zip': zipped({ 'orders.csv': ORDERS }) })
  })
})
