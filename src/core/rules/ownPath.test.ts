import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isOwnPath } from './ownPath.ts'

const SHOP = 'https://shop.example'

describe('isOwnPath', () => {
  test.each(['/returns', '/', '/hilfe/rückgabe?von=suche#fristen', '/my%20orders', '/a:b@c'])(
    'isOwnPath accepts %j',
    (path) => expect(isOwnPath(path)).toBe(true),
  )

  test.each([
    '',
    'returns',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    ' //evil.example',
    '/.//evil.example',
    '/x/..//evil.example',
    '/%2F/evil.example',
    '/%2f%2fevil.example',
    '/%252F%252Fevil.example',
    '/%5Cevil.example',
    '/%09/evil.example',
    '/%c0%af/evil.example',
    '/／evil.example',
    '/＼evil.example',
    '/login?next=https://evil.example',
    '/login?next=%2F%2Fevil.example',
    'https://evil.example/',
    'https:evil.example',
    'javascript:alert(1)',
    'JavaScript:alert(1)',
    '\u0001javascript:alert(1)',
    'java\tscript:alert(1)',
    'data:text/html,x',
    '/%',
    '/\u202Eevil',
  ])('refuses %j', (path) => expect(isOwnPath(path)).toBe(false))

  const PIECES = ['/', '\\', '.', '..', '%', '2F', '%2f', '%5C', '%25', '\t', '\n', ' ', '／', '?']
  const hostile = fc
    .array(fc.constantFrom(...PIECES, ':', '@', '#', 'javascript', 'https', 'evil.example', 'a'))
    .map((some) => some.join(''))

  test('every path that isOwnPath accepts leads to the shop, even if the path is decoded again and again', () => {
    let accepted = 0
    const leads = (address: string) => {
      if (!isOwnPath(address)) return
      accepted++
      for (let read = address, times = 0; times < 6; times++) {
        const { origin, pathname } = new URL(read, SHOP)
        expect(origin).toBe(SHOP)
        // A router may read the path as an address again; this address must be in the shop, too.
        expect(new URL(pathname, SHOP).origin).toBe(SHOP)
        try {
          read = decodeURIComponent(read)
        } catch {
          break
        }
      }
    }
    fc.assert(fc.property(hostile, leads), { numRuns: 1000 })
    fc.assert(
      fc.property(
        hostile.map((text) => `/${text}`),
        leads,
      ),
      { numRuns: 1000 },
    )
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }).map((text) => `/${text}`),
        leads,
      ),
    )
    expect(accepted).toBeGreaterThan(100)
  })

  test('if isOwnPath refuses a path, it also refuses the encoded path', () => {
    const encoded = (text: string) =>
      `/${[...text.slice(1)].map((one) => encodeURIComponent(one)).join('')}`
    fc.assert(
      fc.property(hostile, (text) => {
        const path = `/${text}`
        if (!isOwnPath(path)) expect(isOwnPath(encoded(path))).toBe(false)
      }),
    )
  })
})
