import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CsvParser } from './csv.ts'

function parse(text: string, delimiter = ',', cuts: readonly number[] = []): string[][] {
  const parser = new CsvParser(delimiter)
  const places = [
    0,
    ...cuts.map((cut) => cut % (text.length + 1)).sort((a, b) => a - b),
    text.length,
  ]
  const records = places.slice(1).flatMap((end, i) => parser.push(text.slice(places[i], end)))
  return [...records, ...parser.end()].map(({ fields }) => fields)
}

/** Quotes where it must, and where `always` says. */
function write(rows: readonly string[][], delimiter: string, newline: string, always: boolean) {
  const field = (text: string) =>
    always || /["\r\n]/.test(text) || text.includes(delimiter)
      ? `"${text.replaceAll('"', '""')}"`
      : text
  return rows.map((row) => row.map(field).join(delimiter)).join(newline)
}

describe('CsvParser', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', ' ', ',', ';', '\t', '"', '\n', '\r', 'é', '😀'),
  })
  // Rows of two or more fields: an empty line is no record.
  const rows = fc
    .integer({ min: 2, max: 5 })
    .chain((width) =>
      fc.array(fc.array(text, { minLength: width, maxLength: width }), { minLength: 1 }),
    )

  test('reads back whatever was written, however it is cut into pieces', () => {
    fc.assert(
      fc.property(
        rows,
        fc.constantFrom(',', ';', '\t', '|'),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.boolean(),
        fc.boolean(),
        fc.array(fc.nat(), { maxLength: 6 }),
        (written, delimiter, newline, always, ends, cuts) => {
          const file = write(written, delimiter, newline, always) + (ends ? newline : '')
          expect(parse(file, delimiter, cuts)).toEqual(written)
        },
      ),
      { numRuns: 500 },
    )
  })

  test.each([
    [
      'a,b\n\n1,2\r\n\r\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    ['5" nail,x\n', [['5" nail', 'x']]],
    ['"a ""b"" c",\n', [['a "b" c', '']]],
    ['"one\ntwo",2', [['one\ntwo', '2']]],
    ['a,', [['a', '']]],
    [',\n', [['', '']]],
    ['', []],
  ])('%j', (file, expected) => {
    expect(parse(file)).toEqual(expected)
  })

  test('counts lines, also those inside quotes', () => {
    const parser = new CsvParser()
    const records = [...parser.push('a,b\n"x\ny\nz",1\n\n2,3'), ...parser.end()]
    expect(records.map(({ line }) => line)).toEqual([1, 2, 6])
  })

  test('refuses a quote that is never closed, at once when the field grows too long', () => {
    const parser = new CsvParser()
    parser.push('a,b\n1,"2\n')
    expect(() => parser.end()).toThrow('line 2: a quote is never closed')
    const endless = new CsvParser()
    expect(() => endless.push(`"${'x'.repeat(2 << 20)}`)).toThrow('a quote is never closed')
  })
})
