import { concat, fromHex, toHex, utf8 } from '@nearside/core/bytes.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeRequest, decodeResponse, encodeRequest, encodeResponse } from './binaryHttp.ts'

/** Example request of RFC 9292 §5.1. */
const RFC_REQUEST = fromHex(
  '0003474554056874747073000a2f68656c6c6f2e747874406c0a757365722d6167656e74346375726c2f372e31362e33' +
    '206c69626375726c2f372e31362e33204f70656e53534c2f302e392e376c207a6c69622f312e322e3304686f73740f77' +
    '77772e6578616d706c652e636f6d0f6163636570742d6c616e67756167650665 6e2c206d690000'.replace(
      ' ',
      '',
    ),
)
/** Example response of RFC 9292 §5.2, which has a trailer. */
const RFC_RESPONSE = fromHex(
  '0140c8001d5468697320636f6e74656e7420636f6e7461696e732043524c462e0d0a0d07747261696c65720474657874',
)
/** Example messages of RFC 9458, appendix A. */
const [RFC_GET, RFC_OK] = ['00034745540568747470730b6578616d706c652e636f6d012f', '0140c8'].map(
  fromHex,
)

const body = fc.uint8Array({ maxLength: 300 }).map((bytes) => new Uint8Array(bytes))
const headers = fc.dictionary(
  fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/),
  fc.stringMatching(/^[ -~]{0,100}$/),
  { maxKeys: 4 },
)
const same = (one: object) => JSON.parse(JSON.stringify(one))

describe('a binary HTTP message', () => {
  it('the decoder reads the RFCs’ examples of binary HTTP messages', () => {
    const { method, path, headers, body } = decodeRequest(RFC_REQUEST)
    expect([method, path, body.length]).toEqual(['GET', '/hello.txt', 0])
    expect(headers).toMatchObject({ host: 'www.example.com', 'accept-language': 'en, mi' })
    const response = decodeResponse(RFC_RESPONSE)
    expect(response.status).toBe(200)
    expect(new TextDecoder().decode(response.body)).toBe('This content contains CRLF.\r\n')
    expect(decodeRequest(RFC_GET)).toMatchObject({ method: 'GET', path: '/', headers: {} })
    expect(decodeResponse(RFC_OK)).toMatchObject({ status: 200, headers: {} })
  })

  it('the encoder writes the RFC’s examples with explicit zero lengths of headers and body', () => {
    const none = new Uint8Array(0)
    const get = { method: 'GET', authority: 'example.com', path: '/', headers: {}, body: none }
    expect(toHex(encodeRequest(get))).toBe(`${toHex(RFC_GET)}0000`)
    const ok = { status: 200, headers: {}, body: none }
    expect(toHex(encodeResponse(ok))).toBe(`${toHex(RFC_OK)}0000`)
  })

  it('a binary HTTP message survives encoding and decoding, with or without padding', () => {
    const path = fc.webPath()
    const method = fc.constantFrom('GET', 'POST')
    const padding = fc.nat({ max: 40 }).map((length) => new Uint8Array(length))
    fc.assert(
      fc.property(method, path, headers, body, padding, (method, path, headers, body, zeros) => {
        const request = { method, authority: 'a.test', path, headers, body }
        const { authority, ...expected } = request
        expect(same(decodeRequest(concat(encodeRequest(request), zeros)))).toEqual(same(expected))
        const response = { status: 200 + (body.length % 400), headers, body }
        expect(same(decodeResponse(concat(encodeResponse(response), zeros)))).toEqual(
          same(response),
        )
      }),
      { numRuns: 100 },
    )
    for (const length of [63, 64, 16_383, 16_384, 100_000]) {
      const long = { status: 200, headers: {}, body: new Uint8Array(length).fill(7) }
      expect(decodeResponse(encodeResponse(long)).body.length).toBe(length)
    }
  })

  it('malformed bytes throw a RangeError or TypeError, never another error', () => {
    const whole = encodeRequest({
      ...{ method: 'POST', authority: 'a.test', path: '/v1/reports' },
      headers: { 'content-type': 'x/y' },
      body: utf8('body'),
    })
    for (let length = 0; length < whole.length; length++) {
      const cut = whole.slice(0, length)
      try {
        // A truncated message is valid only if it ends between two parts, so before the body.
        expect(decodeRequest(cut).body.length).toBe(0)
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(RangeError)
      }
    }
    expect(() => decodeRequest(concat(whole, Uint8Array.of(0, 0, 7)))).toThrow(RangeError)
    expect(() => decodeResponse(whole)).toThrow(RangeError)
    expect(() => decodeResponse(fromHex('014066'))).toThrow(RangeError)
    const any = fc.uint8Array({ maxLength: 60 })
    fc.assert(
      fc.property(any, fc.constantFrom(decodeRequest, decodeResponse), (bytes, decode) => {
        try {
          decode(bytes)
        } catch (thrown) {
          expect((thrown as Error).name).toMatch(/^(RangeError|TypeError)$/)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('the decoder refuses repeated headers, and names or values with forbidden characters', () => {
    for (const [name, value] of [
      ['Upper', 'x'],
      ['a b', 'x'],
      ['', 'x'],
      ['a', 'x\r\nb: y'],
    ]) {
      const bytes = encodeResponse({ status: 200, headers: { [name]: value }, body: utf8('') })
      expect(() => decodeResponse(bytes)).toThrow(RangeError)
    }
    const twice = '0140c8 08 0161 0178 0161 0179 00'.replaceAll(' ', '')
    expect(() => decodeResponse(fromHex(twice))).toThrow(RangeError)
  })
})
