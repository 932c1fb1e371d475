import { type Bytes, concat, toHex, utf8 } from '@nearside/core/bytes.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { leaderShareBytes } from '../privacy/pine/pine.ts'
import { CONSENT_BYTES } from './consent.ts'
import {
  circuitOf,
  encodeHelperPart,
  encodeReport,
  HEADER_BYTES,
  HELPER_SHARE_BYTES,
  helperPartBytes,
  parseHeader,
  parseHelperPart,
  parseReport,
  type Report,
  reportAad,
  reportBytes,
  SEAL_BYTES,
} from './report.ts'
import { TEST_POLICY } from './testPolicy.ts'

const bytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((array) => new Uint8Array(array))

const ofDimension = (d: number) => ({
  ...TEST_POLICY,
  parameters: { featureWeights: d },
})

const reports = (dimension: number): fc.Arbitrary<Report> =>
  fc.record({
    header: fc.record({
      id: bytes(16).map(toHex),
      round: fc.integer({ min: 1, max: 2 ** 32 - 1 }),
      policyHash: bytes(32).map(toHex),
      modelHash: bytes(32).map(toHex),
      publicShare: bytes(128),
    }),
    leaderShare: bytes(
      SEAL_BYTES + CONSENT_BYTES + leaderShareBytes(circuitOf(ofDimension(dimension))),
    ),
    helperShare: bytes(HELPER_SHARE_BYTES),
  })

describe('a report', () => {
  it('a report survives encoding and parsing, and its length depends only on the dimension', () => {
    const withDimension = fc
      .integer({ min: 1, max: 200 })
      .chain((dimension) => reports(dimension).map((report) => [dimension, report] as const))
    fc.assert(
      fc.property(withDimension, ([dimension, report]) => {
        const encoded = encodeReport(report)
        const policy = ofDimension(dimension)
        expect(encoded).toHaveLength(reportBytes(policy))
        expect(parseReport(encoded, policy)).toEqual(report)
        const { header, helperShare } = report
        const verifiers = new Uint32Array(circuitOf(policy).verifiersLength).fill(7)
        const part = encodeHelperPart(report, verifiers)
        expect(part).toHaveLength(helperPartBytes(policy))
        expect(parseHelperPart(part)).toEqual({ header, helperShare, verifiers })
      }),
      { numRuns: 10 },
    )
  })

  it('a report has the layout of docs/PROTOCOL.md', () => {
    const shop = ofDimension(38)
    expect([HEADER_BYTES, HELPER_SHARE_BYTES, helperPartBytes(shop), reportBytes(shop)]).toEqual([
      216, 112, 2768, 10900,
    ])
    const header = {
      id: '11'.repeat(16),
      round: 0x01020304,
      policyHash: '22'.repeat(32),
      modelHash: '33'.repeat(32),
      publicShare: new Uint8Array(128).fill(0x44),
    }
    const aad = reportAad('task', header)
    expect(toHex(aad)).toBe(
      `4e535203${'11'.repeat(16)}01020304${'22'.repeat(32)}${'33'.repeat(32)}${'44'.repeat(128)}7461736b`,
    )
  })

  it('random bytes cause no error other than report-invalid, and a report of another length is refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (noise) => {
        const padded = concat(utf8('NSR\x03'), noise)
        for (const input of [new Uint8Array(noise), padded] as Bytes[]) {
          for (const parse of [
            () => parseHeader(input),
            () => parseReport(input, TEST_POLICY),
            () => parseHelperPart(input),
          ]) {
            try {
              parse()
            } catch (error) {
              expect(error).toMatchObject({ code: 'report-invalid' })
            }
          }
        }
      }),
    )
    expect(() => parseReport(new Uint8Array(reportBytes(TEST_POLICY)), TEST_POLICY)).toThrow(/NSR/)
    expect(() => parseReport(new Uint8Array(reportBytes(TEST_POLICY) + 1), TEST_POLICY)).toThrow(
      /bytes/,
    )
  })

  it('a report is parsed from a view into a larger buffer', () => {
    fc.assert(
      fc.property(reports(2), fc.integer({ min: 1, max: 9 }), (report, offset) => {
        const buffer = concat(new Uint8Array(offset), encodeReport(report), new Uint8Array(3))
        const policy = ofDimension(2)
        const view = buffer.subarray(offset, offset + reportBytes(policy))
        expect(parseReport(view, policy)).toEqual(report)
      }),
      { numRuns: 10 },
    )
  })
})
