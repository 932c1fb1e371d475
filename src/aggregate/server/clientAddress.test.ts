import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addressGroup, originalAddress, trustedProxies } from './clientAddress.ts'

describe('the client’s address behind a proxy', () => {
  const isTrusted = trustedProxies(['10.0.0.0/8', '::1'])

  it.each([
    ['203.0.113.9', undefined, '203.0.113.9'],
    // X-Forwarded-For of a sender other than the proxy is ignored.
    ['203.0.113.9', '198.51.100.1', '203.0.113.9'],
    ['10.1.2.3', '198.51.100.1', '198.51.100.1'],
    ['::ffff:10.1.2.3', '198.51.100.1', '198.51.100.1'],
    ['::1', '6.6.6.6, 198.51.100.1, 10.9.9.9', '198.51.100.1'],
    ['10.1.2.3', undefined, '10.1.2.3'],
    ['10.1.2.3', 'nonsense', '10.1.2.3'],
    ['10.1.2.3', '198.51.100.1, nonsense', '10.1.2.3'],
  ])(
    'behind a proxy, a connection from %s with X-Forwarded-For %s gives the client address %s',
    (remote, forwarded, address) => {
      expect(originalAddress(remote, forwarded, isTrusted)).toBe(address)
    },
  )

  it.each(['1.2.3.4:x', '[1.2.3.4', '1.2.3.4:', ':80', '[]:80', '1.2.3.4:123456', '[::1]x'])(
    'the client’s address is the proxy’s if X-Forwarded-For has no valid address: %j',
    (hop) => expect(originalAddress('10.1.2.3', hop, isTrusted)).toBe('10.1.2.3'),
  )

  it('the client’s address is read without its port, brackets and spaces; header entries that the client forged are ignored', () => {
    const port = fc.option(fc.integer({ min: 0, max: 65_535 }), { nil: undefined })
    const spelled = fc.oneof(
      fc.tuple(fc.ipV4(), port).map(([ip, p]) => [ip, p === undefined ? ip : `${ip}:${p}`]),
      fc.tuple(fc.ipV6(), port, fc.boolean()).map(([ip, p, bare]) => {
        if (p !== undefined) return [ip, `[${ip}]:${p}`]
        return [ip, bare ? ip : `[${ip}]`]
      }),
    )
    fc.assert(
      fc.property(spelled, fc.string(), fc.string(), ([ip, hop], forged, other) => {
        fc.pre(!isTrusted(ip))
        const address = originalAddress('10.1.2.3', `${forged}, ${hop} , 10.9.9.9:80`, isTrusted)
        expect(addressGroup(address)).toBe(addressGroup(ip))
        // The header of a client that connects directly is ignored.
        expect(originalAddress('203.0.113.9', `${other}, ${hop}`, isTrusted)).toBe('203.0.113.9')
      }),
      { numRuns: 300 },
    )
  })

  // A malformed prefix length must not be read as 0, which would trust the whole Internet.
  it.each(['localhost', '', '10.0.0.0/33', '10.0.0.0/x', '10.0.0.0/', '10.0.0.0/8/9'])(
    'a trusted proxy that is no address is refused: %j',
    (one) => {
      expect(() => trustedProxies([one])).toThrow(`'${one}' is neither`)
    },
  )
})

it.each([
  ['203.0.113.9', '203.0.113.9'],
  ['::ffff:203.0.113.9', '203.0.113.9'],
  ['2001:db8:0:1:2:3:4:5', '2001:db8:0:1::/64'],
  ['2001:db8:0:1::7', '2001:db8:0:1::/64'],
  ['2001:0db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['', ''],
])('an address %s is rate-limited as %s', (address, group) => {
  expect(addressGroup(address)).toBe(group)
})
