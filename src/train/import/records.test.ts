import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readTable } from './readTable.ts'
import { readDelimited } from './records.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nearside-records-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function put(content: string | Uint8Array, name = 'table.csv'): Promise<string> {
  await writeFile(join(folder, name), content)
  return join(folder, name)
}

async function records(text: string) {
  const all = []
  for await (const some of readDelimited(await put(text), ',', { encoding: 'utf-8' }))
    all.push(...some)
  return all
}

describe('a table', () => {
  const text = fc.string({ unit: fc.constantFrom('a', ',', ';', '\t', '"', '\n', 'é', '😀') })
  const rows = fc
    .integer({ min: 2, max: 5 })
    .chain((width) =>
      fc.array(fc.array(text, { minLength: width, maxLength: width }), { minLength: 1 }),
    )

  test('a table is read back as it was written, including line breaks in quoted fields', async () => {
    await fc.assert(
      fc.asyncProperty(
        rows,
        fc.constantFrom(',', ';', '\t', '|'),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        async (written, delimiter, newline, isFinal) => {
          const field = (value: string) =>
            /["\n]/.test(value) || value.includes(delimiter)
              ? `"${value.replaceAll('"', '""')}"`
              : value
          const header = written[0].map((_, k) => `column ${k}`)
          const lines = [header, ...written].map((row) => row.map(field).join(delimiter))
          const path = await put(lines.join(newline) + (isFinal ? newline : ''))
          const table = await readTable(path)
          expect(table.unreadable).toEqual([])
          const expected = written.map((row) => row.map((value) => value.trim()))
          expect(table.rows.map(({ values }) => Object.values(values))).toEqual(expected)
        },
      ),
      { numRuns: 25 },
    )
  })

  test('readTable reports the lines with a wrong number of fields', async () => {
    const { rows, unreadable } = await readTable(
      await put('a,b\n1,2\n3\n\n4,5" nail\n6,7,8\n"9\n9",10\n11,12\n'),
    )
    expect([...unreadable].sort()).toEqual([3, 6])
    expect(rows.map(({ line, values }) => [line, values.a, values.b])).toEqual([
      [2, '1', '2'],
      [5, '4', '5" nail'],
      [7, '9\n9', '10'],
      [9, '11', '12'],
    ])
  })

  test.each([
    ['utf-8 with a mark', Buffer.from('\ufeffname;price\nKäse;1\n')],
    ['utf-16le', Buffer.from('\ufeffname;price\nKäse;1\n', 'utf16le')],
    ['utf-16be', Buffer.from('\ufeffname;price\nKäse;1\n', 'utf16le').swap16()],
    ['windows-1252', Buffer.from('name;price\nKäse;1\n', 'latin1')],
  ])('a table is read in the encoding %s', async (_, bytes) => {
    const { columns, rows } = await readTable(await put(bytes))
    expect(columns).toEqual(['name', 'price'])
    expect(rows).toEqual([{ line: 2, values: { name: 'Käse', price: '1' } }])
  })

  test('a table is read from JSON lines, a JSON array, a JSON document or XML', async () => {
    const array = [
      { id: 'a', name: { de: 'Tee' } },
      { id: 'b', n: 2 },
    ]
    const lines = array.map((one) => JSON.stringify(one)).join('\n')
    const expected = [
      { id: 'a', 'name.de': 'Tee', n: '' },
      { id: 'b', 'name.de': '', n: '2' },
    ]
    for (const json of [lines, JSON.stringify(array), JSON.stringify(array, null, 2)]) {
      const { rows } = await readTable(await put(json, 'table.json'))
      expect(rows.map(({ values }) => values)).toEqual(expected)
    }
    const broken = await readTable(await put(`${lines}\n{"id":\n[1]\n`, 'table.jsonl'))
    expect(broken.rows).toHaveLength(2)
    expect(broken.unreadable).toEqual([3, 4])
    const xml = `<?xml version="1.0"?><rss xmlns:g="x"><channel><title>Shop</title>
      <item><g:id>1</g:id><title><![CDATA[Tea & Cake]]></title><g:shipping><g:price>3</g:price></g:shipping></item>
      <item><g:id>2</g:id><title>Fish &amp; Chips</title></item></channel></rss>`
    const { rows } = await readTable(await put(xml, 'feed.xml'))
    expect(rows.map(({ values }) => values)).toEqual([
      { id: '1', title: 'Tea & Cake' },
      { id: '2', title: 'Fish & Chips' },
    ])
  })
})

describe('a quote that is never closed', () => {
  test('a quote that is never closed makes only its own line unreadable', async () => {
    const good = Array.from({ length: 3000 }, (_, k) => `${k},"x, y"`)
    const bad = [
      ...good.slice(0, 5),
      '5,"open',
      ...good.slice(5, 2990),
      '6,"too',
      ...good.slice(2990),
    ]
    const all = await records(['a,b', ...bad].join('\n'))
    expect(all.filter(({ isOpen }) => isOpen).map(({ line }) => line)).toEqual([7, 2993])
    expect(all).toHaveLength(1 + 3000 + 2)
  })

  test('a quote that the last line opens and never closes is reported', async () => {
    const all = await records('a,b\n1,2\n3,"4')
    expect(all.at(-1)).toEqual({ line: 3, text: '3,"4', isOpen: true })
  })
})
