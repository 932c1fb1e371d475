import { createHash, createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Packet, readPackets, type Sent, sentBy } from './flows.ts'
import { readNetLog } from './ground.ts'
import { readQuestion, readRequests } from './http.ts'
import { judge, type Rules } from './judge.ts'
import { createMarkFinder } from './marks.ts'
import { learnPlain } from './plainRequests.ts'
import { type Asked, compareAgain, compareShoppers, type Difference } from './twoShoppers.ts'

const AGENT = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36'
const BRANDS = '"Not:A-Brand";v="8", "Chromium";v="156"'
/** Headers that Chromium writes for a file. */
const FILE: readonly (readonly [string, string])[] = [
  ['Host', 'localhost:8790'],
  ['Connection', 'keep-alive'],
  ['sec-ch-ua-platform', '"Linux"'],
  ['User-Agent', AGENT],
  ['sec-ch-ua', BRANDS],
  ['Accept', '*/*'],
  ['Sec-Fetch-Site', 'same-origin'],
  ['Sec-Fetch-Mode', 'cors'],
  ['Sec-Fetch-Dest', 'empty'],
  ['Accept-Encoding', 'gzip, deflate, br, zstd'],
  ['Accept-Language', 'en-US,en;q=0.9'],
]
type Headers = Readonly<Record<string, string | null>>
/** @param headers values that replace or add headers; null removes a header */
function get(target: string, headers: Headers = {}): string {
  const names = Object.keys(headers)
  const kept = FILE.map(([name, value]) => [name, name in headers ? headers[name] : value] as const)
  const more = names.filter((name) => !FILE.some(([known]) => known === name))
  const all = [...kept, ...more.map((name) => [name, headers[name]] as const)]
  const lines = all.flatMap(([name, value]) => (value === null ? [] : [`${name}: ${value}`]))
  return `${[`GET ${target} HTTP/1.1`, ...lines].join('\r\n')}\r\n\r\n`
}
/** Headers that Chromium writes for a video, where they differ from those for a file. */
const FILM = { 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'video' }
const VALIDATED = {
  'If-None-Match': '"7c26bb"',
  'If-Modified-Since': 'Sun, 29 Nov 2026 10:21:38 GMT',
}
const BLANK = [
  get('/'),
  get('/', { 'Cache-Control': 'max-age=0' }),
  get('/', { ...VALIDATED, 'If-None-Match': '"of the blank page"' }),
  get('/', { Origin: 'http://blank', Referer: 'http://blank/' }),
  get('/film.mp4', { ...FILM, Range: 'bytes=0-' }),
]

const RULES: Rules = {
  shopAt: ['127.0.0.1:8790', '198.18.1.7:80'],
  origins: ['http://localhost:8790', 'http://vault.example'],
  declared: (path) => ['/', '/a b.js', '/film.mp4'].includes(path),
  browserNames: new Set(['update.example']),
  nameOf: (address) => (address === '198.18.1.9' ? 'evil.test' : undefined),
  marks: createMarkFinder(['QXZVBNMKJ7']),
  plain: learnPlain(BLANK.flatMap((text) => readRequests(Buffer.from(text, 'latin1')) ?? [])),
  gave: (host, path, validator) =>
    host === 'localhost:8790' && path === '/' && Object.values(VALIDATED).includes(validator),
}
const tcp = (text: string, to = '127.0.0.1:8790'): Sent => ({
  ...{ time: 1, protocol: 'tcp', to, torn: false },
  bytes: Buffer.from(text, 'latin1'),
})
const question = (name: string): Sent => {
  const labels = name.split('.').map((label) => String.fromCharCode(label.length) + label)
  const head = Buffer.from([0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0])
  const bytes = Buffer.concat([head, Buffer.from(`${labels.join('')}\0\0\x01\0\x01`, 'latin1')])
  return { time: 1, protocol: 'udp', to: '198.18.255.53:53', torn: false, bytes }
}
const reasons = (...sent: Sent[]) => judge(sent, RULES).findings.map((one) => one.reasons.join())

describe('a request', () => {
  it('a request for a declared file is not reported if its headers are those of a blank page’s request', () => {
    const honest = [
      get('/'),
      get('/a%20b.js'),
      get('/', { 'Cache-Control': 'max-age=0', ...VALIDATED }),
      get('/', { Origin: 'http://localhost:8790', Referer: 'http://localhost:8790/' }),
      get('/film.mp4', { ...FILM, Range: 'bytes=0-' }),
    ]
    const verdict = judge([tcp(honest.join(''))], RULES)
    expect(verdict).toMatchObject({ requests: 5, findings: [] })
  })

  it('a request to the vault is judged like a request to the shop', () => {
    const toVault = (text: string) => tcp(text, '198.18.1.7:80')
    const vault = { Host: 'vault.example' }
    expect(
      reasons(toVault(get('/a%20b.js', { ...vault, Referer: 'http://vault.example/' }))),
    ).toEqual([])
    expect(reasons(question('vault.example'))).toEqual([])
    expect(reasons(toVault(get('/?v=1', vault)))).toEqual([expect.stringMatching(/declare/)])
    expect(reasons(question('other.vault.example'))).toHaveLength(1)
    const secure = { ...RULES, origins: ['https://shop.example:9443'] }
    const asked = ['shop.example', '_9443._https.shop.example', '_9444._https.shop.example']
    expect(asked.map((name) => judge([question(name)], secure).findings.length)).toEqual([0, 0, 1])
  })

  it('a request for a worker’s import may have the headers that it has in a blank page, but no mixture of page and worker headers', () => {
    const lines = (...names: string[]) => names.map((name) => `${name}: 1`).join('\r\n')
    const module = (...names: string[]) =>
      `GET / HTTP/1.1\r\nHost: localhost:8790\r\n${lines(...names)}\r\nSec-Fetch-Mode: cors\r\nSec-Fetch-Dest: script\r\n\r\n`
    const hints = ['sec-ch-ua-platform', 'User-Agent', 'sec-ch-ua', 'sec-ch-ua-mobile']
    const byPage = module(...hints, 'Accept')
    const byWorker = module('User-Agent', 'Accept')
    const reasonsOf = (text: string, ...known: string[]) => {
      const plain = learnPlain(known.flatMap((one) => readRequests(Buffer.from(one)) ?? []))
      return judge([tcp(text)], { ...RULES, plain }).findings.flatMap(({ reasons }) => reasons)
    }
    expect(reasonsOf(byWorker, byPage)).toHaveLength(1)
    for (const text of [byPage, byWorker]) expect(reasonsOf(text, byPage, byWorker)).toEqual([])
    for (const mixed of [
      module('sec-ch-ua-platform', 'User-Agent', 'Accept'),
      module('User-Agent', 'sec-ch-ua', 'Accept'),
      module('Accept', 'User-Agent'),
      module('User-Agent'),
    ])
      expect(reasonsOf(mixed, byPage, byWorker), mixed).not.toEqual([])
  })

  it.each([
    ['a query', get('/?v=1'), /declare/],
    ['an undeclared path', get('/product/1'), /declare/],
    ['another origin’s address', get('http://evil.test/'), /declare/],
    ['another host', get('/', { Host: 'evil.test' }), /host/],
    ['another origin', get('/', { Origin: 'http://evil.test' }), /origin/],
    ['a header', get('/', { 'X-Viewed': '1' }), /header x-viewed/],
    ['a cookie', get('/', { Cookie: 'v=1' }), /header cookie/],
    ['a referrer', get('/', { Referer: 'http://localhost:8790/product/1' }), /referrer/],
    ['a body', get('/', { 'Content-Length': '3' }).concat('abc'), /body of 3/],
    [
      'chunks',
      get('/', { 'Transfer-Encoding': 'chunked' }).concat('3\r\nabc\r\n0\r\n\r\n'),
      /body of/,
    ],
    ['a POST', get('/').replace('GET', 'POST'), /is a POST/],
    ['an upgrade', get('/', { Upgrade: 'websocket' }).concat('frame'), /body of 5/],
    ['a mark in a header', get('/', { Accept: btoa('.QXZVBNMKJ7') }), /marks/],
    ['no request at all', 'QUIC', /is no request/],
  ])('a request with %s is not explained', (_, text, reason) => {
    expect(reasons(tcp(text))).toEqual([expect.stringMatching(reason)])
  })
})

/** Secret that the tests encode in ways that a plain search misses. */
const SECRET = Buffer.from('QXZVBNMKJ7')
const number = BigInt(`0x${SECRET.toString('hex')}`)
const fourTimes = [1, 2, 3, 4].reduce(
  (text) => Buffer.from(text).toString('base64'),
  String(SECRET),
)
const bits = [...SECRET].flatMap((byte) => [...byte.toString(2).padStart(8, '0')])
const caseOf = (text: string) =>
  [...text]
    .map((letter, at) => (bits[at] === '1' ? letter.toUpperCase() : letter.toLowerCase()))
    .join('')
const range = (from: number, to: number) =>
  get('/film.mp4', { ...FILM, Range: `bytes=${from}-${to}` })

it.each([
  ['base32 in If-None-Match', [get('/', { 'If-None-Match': `"${number.toString(32)}"` })]],
  ['base36 in If-None-Match', [get('/', { 'If-None-Match': `"${number.toString(36)}"` })]],
  ['decimal in Range', [get('/', { Range: `bytes=${number}-` })]],
  [
    'XOR in Accept',
    [
      get('/', {
        Accept: `text/${Buffer.from(SECRET.map((byte) => byte ^ 0x15)).toString('hex')}`,
      }),
    ],
  ],
  ['rot13 in Accept-Language', [get('/', { 'Accept-Language': 'dk-MI,bn;q=0.9' })]],
  [
    'an HMAC in User-Agent',
    [
      get('/', {
        'User-Agent': `${AGENT} ${createHmac('sha256', 'k').update(SECRET).digest('hex')}`,
      }),
    ],
  ],
  [
    'SHA-512 in If-None-Match',
    [get('/', { 'If-None-Match': `"${createHash('sha512').update(SECRET).digest('hex')}"` })],
  ],
  ['base64 four times in Accept', [get('/', { Accept: fourTimes })]],
  [
    'a time in If-Modified-Since',
    [get('/', { 'If-Modified-Since': new Date(Number(number % 2n ** 40n)).toUTCString() })],
  ],
  ['versions in sec-ch-ua', [get('/', { 'sec-ch-ua': BRANDS.replace('156', '8188') })]],
  ['letter by letter', [...SECRET].map((byte) => get('/', { 'If-None-Match': `"${byte}"` }))],
  [
    'dots between, in Accept-Language',
    [get('/', { 'Accept-Language': [...String(SECRET)].join('.') })],
  ],
  ['bits by case of a value', [get('/', { 'Accept-Encoding': caseOf('gzip, deflate, br, zstd') })]],
  ['bits by case of names', [get('/').replace('Accept-Language', caseOf('accept-language'))]],
  ['bits by case of an address', [get('/%41%20b.js'), get('/%61%20b.js')]],
  ['a Priority', [get('/', { Priority: 'u=3, i' })]],
  ['a DNT', [get('/', { DNT: '1' })]],
  ['lengths of ranges of a film', [...SECRET].map((byte) => range(0, byte))],
  [
    'beginnings of ranges',
    [...SECRET].map((byte) => get('/film.mp4', { ...FILM, Range: `bytes=${byte}-` })),
  ],
  ['spaces in a line', [get('/').replace('Accept: ', 'Accept:   ')]],
  ['a header twice', [get('/', { accept: '*/*' })]],
  [
    'the order of headers',
    [
      get('/', { 'User-Agent': null }).replace(
        'Accept-Lang',
        `User-Agent: ${AGENT}\r\nAccept-Lang`,
      ),
    ],
  ],
  ['a header left out', [get('/', { 'Accept-Language': null })]],
  ['an ETag that was given for another file', [get('/a%20b.js', VALIDATED)]],
  ['a HEAD', [get('/').replace('GET', 'HEAD')]],
  ['another version of HTTP', [get('/').replace('HTTP/1.1', 'HTTP/1.0')]],
  ['a kind of request that a blank page has not', [get('/', { 'Sec-Fetch-Dest': 'audioworklet' })]],
])('the search finds a covert %s', (_, texts) => {
  for (const text of texts) expect(reasons(tcp(text)), text).toHaveLength(1)
})

describe('two shoppers', () => {
  /**
   * Converts letters to requests for files: a lower-case letter is requested while the shop loads, an upper-case letter
   * later. `X` is the browser's own check for a service worker.
   */
  const asked = (text: string): Asked[] =>
    [...text].map((letter) => ({
      line: `GET /${letter.toLowerCase()}`,
      kind: letter === 'X' ? 'serviceworker' : 'empty',
      settled: /[A-Z]/.test(letter),
    }))
  const apart = (one: string, other: string) => compareShoppers(asked(one), asked(other))
  const NONE = { first: [], second: [], more: [], order: [] }

  it('two shoppers with the same requests are not distinguished, in whatever order the shop loads its files', () => {
    expect(apart('abcAB', 'abcAB')).toEqual(NONE)
    expect(apart('acbbAB', 'abcAB')).toEqual(NONE)
    expect(apart('abAXB', 'abABX')).toEqual(NONE)
    const plain = asked('ABA')
    const twice = plain.map((one, at) => (at === 2 ? { ...one, line: `${one.line} again` } : one))
    expect(compareShoppers(twice, twice)).toEqual(NONE)
    expect(apart('', '')).toEqual(NONE)
  })

  it('two shoppers are distinguished by whether the page or a worker requests a file', () => {
    const by = (headers: Headers) => [{ line: get('/', headers), kind: 'script', settled: true }]
    const byWorker = by({ 'sec-ch-ua': null, 'sec-ch-ua-platform': null })
    const { first, second } = compareShoppers(by({}), byWorker)
    expect([first.length, second.length]).toEqual([1, 1])
  })

  it('two shoppers count as indistinguishable as soon as one comparison finds no difference', async () => {
    const noise = apart('abABC', 'abACB')
    const varying = [apart('abA', 'abB'), apart('abC', 'abD'), apart('abAE', 'abA')]
    const outcomeOf = async (comparisons: readonly Difference[]) => {
      const left = [...comparisons]
      const compare = async () => left.shift() ?? NONE
      return { difference: await compareAgain(compare, 3), left: left.length }
    }
    expect(await outcomeOf([NONE, noise])).toEqual({ difference: NONE, left: 1 })
    expect(await outcomeOf([noise, noise, NONE])).toEqual({ difference: NONE, left: 0 })
    expect(await outcomeOf(varying)).toEqual({ difference: varying[2], left: 0 })
    expect(await outcomeOf([...varying, NONE])).toEqual({ difference: varying[2], left: 1 })
  })

  it('two shoppers are distinguished by number and sequence of the same requests only if every comparison finds the same difference', async () => {
    const turned = apart('abABC', 'abACB')
    const others = apart('abABC', 'abBAC')
    const both = apart('abABC', 'abCAB')
    const after = (...all: readonly Difference[]) => {
      const left = [...all]
      return compareAgain(async () => left.shift()!, all.length)
    }
    expect(await after(turned, turned, turned)).toEqual(turned)
    expect(await after(turned, both, turned)).toEqual(turned)
    expect(await after(both, turned)).toEqual(turned)
    expect(await after(turned, others)).toEqual(NONE)
    const oftener = apart('abAAB', 'abAB')
    expect(await after(oftener, apart('abXXXB', 'abXB'), oftener)).toEqual(NONE)
    expect(await after(oftener, apart('abAB', 'abAAB'))).toEqual(NONE)
    expect(await after(oftener, oftener)).toEqual(oftener)
    // If in every comparison only one shopper makes a request, the request is a leak, even if its address varies.
    const more = [apart('abAC', 'abA'), apart('abAD', 'abA')]
    expect(await after(...more)).toEqual({ ...NONE, first: ['GET /d'] })
  })

  it.each([
    ['choice of declared files', 'abAC', 'abAB', { first: ['GET /c'], second: ['GET /b'] }],
    ['number', 'abAAA', 'abA', { more: ['the first: GET /a'] }],
    ['order', 'abABC', 'abACB', { order: ['GET /b (1), then GET /c (1)'] }],
    ['files that the shop loads', 'abcA', 'abA', { first: ['GET /c'] }],
  ])('two shoppers are distinguished by their %s', (_, one, other, difference) => {
    expect(apart(one, other)).toEqual({ ...NONE, ...difference })
  })
})

it('each undeclared destination, name or datagram is reported, except the browser’s own', () => {
  expect(reasons(tcp('', '198.18.1.9:443'))).toEqual([
    'goes to an address that the shop doesn’t declare',
  ])
  expect(judge([tcp('', '198.18.1.9:443')], RULES).findings[0].what).toBe('tcp to evil.test')
  expect(reasons({ ...tcp('stun', '198.18.1.9:3478'), protocol: 'udp' })).toHaveLength(1)
  expect(reasons(question('evil.test'))).toEqual(['asks for a name that is not the shop’s'])
  expect(reasons(question('localhost'), question('update.example'))).toEqual([])
  expect(reasons({ ...tcp(get('/')), torn: true })).toEqual(['the capture lost part of it'])
})

it('the parser reads requests of any length', () => {
  const body = fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes))
  fc.assert(
    fc.property(fc.array(body, { maxLength: 6 }), (bodies) => {
      const stream = Buffer.concat(
        bodies.flatMap((one) => [
          Buffer.from(`POST /x HTTP/1.1\r\nContent-Length: ${one.length}\r\n\r\n`),
          one,
        ]),
      )
      expect(readRequests(stream)?.map((request) => request.body)).toEqual(bodies)
    }),
  )
  expect(readRequests(Buffer.from('GET / HT'))).toBeNull()
  expect(readQuestion(question('a.b.test').bytes)).toBe('a.b.test')
  expect(readQuestion(Buffer.from('short'))).toBeNull()
})

const packet = (fields: Partial<Packet>): Packet => ({
  ...{ time: 0, protocol: 'tcp', from: 'a:1', to: 'b:2', sequence: 0, opens: false },
  payload: Buffer.alloc(0),
  ...fields,
})

it('the parser reassembles a stream from unordered and repeated packets, and marks a missing packet', () => {
  const start = 0xffff_fff0
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 2, maxLength: 99 }),
      fc.nat(),
      fc.integer(),
      (text, cut, seed) => {
        const bytes = Buffer.from(text)
        const at = 1 + (cut % (bytes.length - 1))
        const piece = (from: number, to: number) =>
          packet({ sequence: (start + 1 + from) >>> 0, payload: bytes.subarray(from, to) })
        const opening = packet({ opens: true, sequence: start })
        const pieces = [piece(0, at), piece(at, bytes.length), piece(0, at)]
        if (seed % 2) pieces.reverse()
        const answer = packet({ from: 'b:2', to: 'a:1', payload: Buffer.from('answer') })
        expect(sentBy([opening, answer, ...pieces])).toMatchObject([
          { bytes, torn: false, to: 'b:2' },
        ])
        expect(sentBy([opening, piece(at, bytes.length)])).toMatchObject([{ torn: true }])
      },
    ),
  )
})

it('the parser leaves out answers, and separates connections between the same addresses', () => {
  const opening = packet({ opens: true, sequence: 7 })
  expect(sentBy([opening, opening, packet({ opens: true, sequence: 900 })])).toHaveLength(2)
  const asked = packet({ protocol: 'udp' })
  expect(sentBy([asked, packet({ protocol: 'udp', from: 'b:2', to: 'a:1' }), asked])).toHaveLength(
    2,
  )
  expect(sentBy([packet({ protocol: 'kernel' })])).toEqual([])
})

it('a malformed or truncated capture is refused', () => {
  expect(() => readPackets(Buffer.alloc(30))).toThrow(/not a capture/)
  const head = Buffer.alloc(24)
  head.writeUInt32LE(0xa1b2c3d4)
  head.writeUInt32LE(276, 20)
  const record = Buffer.alloc(16 + 20)
  record.writeUInt32LE(20, 8)
  record.writeUInt32LE(90, 12)
  expect(() => readPackets(Buffer.concat([head, record]))).toThrow(/truncated/)
})

describe('the browser’s own log', () => {
  const TYPES = [
    'TCP_CONNECT_ATTEMPT',
    'SOCKET_BYTES_SENT',
    'SSL_SOCKET_BYTES_SENT',
    'URL_REQUEST_START_JOB',
    'UDP_BYTES_SENT',
  ]
  const logEventTypes = Object.fromEntries(TYPES.map((name, at) => [name, at]))
  const event = (name: string, id: number, params: object) => ({
    ...{ type: TYPES.indexOf(name), source: { id }, time: '5', params },
  })
  const bytes = (text: string) => ({ bytes: btoa(text) })
  const events = [
    event('TCP_CONNECT_ATTEMPT', 1, { address: '127.0.0.1:8790' }),
    event('SOCKET_BYTES_SENT', 1, bytes(get('/').slice(0, 20))),
    event('SOCKET_BYTES_SENT', 1, bytes(get('/').slice(20))),
    event('TCP_CONNECT_ATTEMPT', 2, { address: '127.0.0.1:8790' }),
    event('SOCKET_BYTES_SENT', 2, bytes('sealed')),
    event('SSL_SOCKET_BYTES_SENT', 2, bytes(get('/?v=1'))),
    event('URL_REQUEST_START_JOB', 3, { url: 'http://localhost:8790/' }),
    event('URL_REQUEST_START_JOB', 4, { url: 'https://evil.test/QXZVBNMKJ7' }),
    event('UDP_BYTES_SENT', 5, { address: '203.0.113.9:3478', ...bytes('stun') }),
  ]
  const text = `{"constants":${JSON.stringify({ logEventTypes, timeTickOffset: 2 })},\n"events": [\n${events
    .map((one) => JSON.stringify(one))
    .join(',\n')}]}`
  const isShop = (url: string) => url.startsWith('http://localhost')

  it('the browser’s own log is judged like a capture: decrypted streams, datagrams and failed requests', () => {
    const { requests, findings } = judge(readNetLog(text, isShop), RULES)
    expect(requests).toBe(2)
    expect(findings.map(({ what, marks }) => [what, ...marks]).sort()).toEqual([
      ['GET /?v=1'],
      ['https://evil.test/QXZVBNMKJ7', 'QXZVBNMKJ7'],
      ['udp'],
    ])
  })

  it('the browser’s own log is read up to the point where it was cut off', () => {
    expect(readNetLog(text.slice(0, text.indexOf('"type":4') + 5), isShop)).toHaveLength(3)
    expect(readNetLog('{"constants":', isShop)).toEqual([])
  })
})
