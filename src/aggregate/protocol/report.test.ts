import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Bytes, concat, toHex, utf8 } from '../../core/bytes.ts'
import {
  encodeHelperPart,
  encodeReport,
  HEADER_BYTES,
  HELPER_PART_BYTES,
  HELPER_SHARE_BYTES,
  parseHeader,
  parseHelperPart,
  parseReport,
  type Report,
  reportAad,
  reportBytes,
  SEAL_BYTES,
} from './report.ts'

const bytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((array) => new Uint8Array(array))

const reports = (dimension: number): fc.Arbitrary<Report> =>
  fc.record({
    header: fc.record({
      id: bytes(16).map(toHex),
      round: fc.integer({ min: 1, max: 2 ** 32 - 1 }),
      policyHash: bytes(32).map(toHex),
      modelHash: bytes(32).map(toHex),
    }),
    leaderShare: bytes(SEAL_BYTES + 4 * dimension),
    helperShare: bytes(HELPER_SHARE_BYTES),
  })

describe('a report', () => {
  it('is read back as it was written, with one length a dimension', () => {
    const withDimension = fc
      .integer({ min: 1, max: 200 })
      .chain((dimension) => reports(dimension).map((report) => [dimension, report] as const))
    fc.assert(
      fc.property(withDimension, ([dimension, report]) => {
        const encoded = encodeReport(report)
        expect(encoded).toHaveLength(reportBytes(dimension))
        expect(parseReport(encoded, dimension)).toEqual(report)
        const { header, helperShare } = report
        expect(parseHelperPart(encodeHelperPart(report))).toEqual({ header, helperShare })
      }),
    )
  })

  it('has the layout of docs/PROTOCOL.md', () => {
    expect([HEADER_BYTES, HELPER_SHARE_BYTES, HELPER_PART_BYTES, reportBytes(88)]).toEqual([
      88, 80, 168, 568,
    ])
    const header = {
      id: '11'.repeat(16),
      round: 0x01020304,
      policyHash: '22'.repeat(32),
      modelHash: '33'.repeat(32),
    }
    const aad = reportAad('task', header)
    expect(toHex(aad)).toBe(
      `4e535201${'11'.repeat(16)}01020304${'22'.repeat(32)}${'33'.repeat(32)}7461736b`,
    )
  })

  it('is refused at any other length, and parsing never crashes on noise', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (noise) => {
        const padded = concat(utf8('NSR\x01'), noise)
        for (const input of [new Uint8Array(noise), padded] as Bytes[]) {
          for (const parse of [
            () => parseHeader(input),
            () => parseReport(input, 3),
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
    expect(() => parseReport(new Uint8Array(reportBytes(3)), 3)).toThrow(/NSR/)
    expect(() => parseReport(new Uint8Array(reportBytes(3) + 1), 3)).toThrow(/bytes/)
  })

  it('reads a view into a larger buffer', () => {
    fc.assert(
      fc.property(reports(2), fc.integer({ min: 1, max: 9 }), (report, offset) => {
        const buffer = concat(new Uint8Array(offset), encodeReport(report), new Uint8Array(3))
        const view = buffer.subarray(offset, offset + reportBytes(2))
        expect(parseReport(view, 2)).toEqual(report)
      }),
    )
  })
})
