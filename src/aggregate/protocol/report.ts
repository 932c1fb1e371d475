/**
 * @module Report: the only message in which a device sends an update. A report has a readable header and two sealed
 * shares. Under one policy all reports have the same length.
 */
import {
  type Bytes,
  concat,
  encodeVector,
  fromHex,
  toHex,
  uint32,
  utf8,
} from '@nearside/core/bytes.ts'
import { NearsideError } from '@nearside/core/error.ts'
import { type Circuit, createCircuit } from '../privacy/pine/circuit.ts'
import { decodeElements } from '../privacy/pine/field.ts'
import { leaderShareBytes, PUBLIC_SHARE_BYTES } from '../privacy/pine/pine.ts'
import { CONSENT_BYTES } from './consent.ts'
import { dimensionOf, integerClipNorm, type Policy } from './policy.ts'

export const REPORT_MEDIA_TYPE = 'application/vnd.nearside.report'
export const REPORT_ID_BYTES = 16
/** Bytes of a mark, the salted hash of a report's id in the helper's lists. */
export const MARK_BYTES = 16
/** Bytes that HPKE adds: encapsulated key and authentication tag. */
export const SEAL_BYTES = 48
const SEED_BYTES = 32
const HASH_BYTES = 32

/** "NSR" and the format version. */
const MAGIC = Uint8Array.from([0x4e, 0x53, 0x52, 0x03])
const ROUND_OFFSET = MAGIC.length + REPORT_ID_BYTES
const PUBLIC_SHARE_OFFSET = ROUND_OFFSET + 4 + 2 * HASH_BYTES
export const HEADER_BYTES = PUBLIC_SHARE_OFFSET + PUBLIC_SHARE_BYTES
export const HELPER_SHARE_BYTES = SEAL_BYTES + CONSENT_BYTES + SEED_BYTES

interface ReportHeader {
  /** Report id: 16 random bytes, hex. */
  readonly id: string
  readonly round: number
  readonly policyHash: string
  /** Hex SHA-256 of the model's manifest. */
  readonly modelHash: string
  /** Public part of the proof: the device's commitments to both shares. */
  readonly publicShare: Bytes
}

export interface Report {
  readonly header: ReportHeader
  /** Bytes sealed to the leader: the consent's hash, and the leader's share of vector and proof. */
  readonly leaderShare: Bytes
  /** Bytes sealed to the helper: the consent's hash, and the 32-byte seed of the helper's share. */
  readonly helperShare: Bytes
}

type Sizes = Pick<Policy, 'clipNorm' | 'scale' | 'parameters'>

export function reportBytes(policy: Sizes): number {
  const leaderShare = SEAL_BYTES + CONSENT_BYTES + leaderShareBytes(circuitOf(policy))
  return HEADER_BYTES + leaderShare + HELPER_SHARE_BYTES
}

function encodeHeader(header: ReportHeader): Bytes {
  return concat(
    MAGIC,
    fromHex(header.id),
    uint32(header.round),
    fromHex(header.policyHash),
    fromHex(header.modelHash),
    header.publicShare,
  )
}

export function encodeReport(report: Report): Bytes {
  return concat(encodeHeader(report.header), report.leaderShare, report.helperShare)
}

/** Part of a report that the leader forwards: header, the helper's share, the leader's half of the check. */
export function encodeHelperPart(report: Report, verifiers: Uint32Array): Bytes {
  return concat(encodeHeader(report.header), report.helperShare, encodeVector(verifiers))
}

export function helperPartBytes(policy: Policy): number {
  return HEADER_BYTES + HELPER_SHARE_BYTES + 4 * circuitOf(policy).verifiersLength
}

/** Associated data of both seals, which ties a share to its report, round and task. */
export function reportAad(task: string, header: ReportHeader): Bytes {
  return concat(encodeHeader(header), utf8(task))
}

/** HPKE `info`, which names the aggregator that a share is for. */
export function sealInfo(role: 'leader' | 'helper'): Bytes {
  return utf8(`nearside report v3 ${role}`)
}

/** @throws NearsideError `report-invalid` for bytes that are too short or start with another format */
export function parseHeader(bytes: Uint8Array): ReportHeader {
  if (bytes.length < HEADER_BYTES) throw invalid('is too short')
  if (!MAGIC.every((byte, i) => bytes[i] === byte)) throw invalid('does not start with NSR 3')
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  const afterRound = ROUND_OFFSET + 4
  return {
    id: toHex(bytes.subarray(MAGIC.length, ROUND_OFFSET)),
    round: view.getUint32(ROUND_OFFSET),
    policyHash: toHex(bytes.subarray(afterRound, afterRound + HASH_BYTES)),
    modelHash: toHex(bytes.subarray(afterRound + HASH_BYTES, PUBLIC_SHARE_OFFSET)),
    publicShare: bytes.slice(PUBLIC_SHARE_OFFSET, HEADER_BYTES) as Bytes,
  }
}

/** @throws NearsideError `report-invalid` unless the bytes are exactly one report of this policy */
export function parseReport(bytes: Uint8Array, policy: Policy): Report {
  if (bytes.length !== reportBytes(policy))
    throw invalid(`has ${bytes.length} bytes instead of ${reportBytes(policy)}`)
  const end = bytes.length - HELPER_SHARE_BYTES
  return {
    header: parseHeader(bytes),
    leaderShare: bytes.subarray(HEADER_BYTES, end) as Bytes,
    helperShare: bytes.subarray(end) as Bytes,
  }
}

/** @throws NearsideError `report-invalid` for a malformed header, or verifiers that aren't field elements */
export function parseHelperPart(bytes: Uint8Array) {
  const end = HEADER_BYTES + HELPER_SHARE_BYTES
  const verifiers = decodeElements(bytes.subarray(end))
  if (verifiers === null) throw invalid('has numbers beyond the field')
  return {
    header: parseHeader(bytes),
    helperShare: bytes.slice(HEADER_BYTES, end) as Bytes,
    verifiers,
  }
}

function invalid(what: string): NearsideError {
  return new NearsideError('report-invalid', `The report ${what}`)
}

/**
 * Number of proofs and checks. For the servers to accept a vector above the norm bound, a device needs about 2¹⁰⁰
 * offline attempts at the hundred checks (five proofs), or 2⁴⁸ reports to the servers for the norm's two proofs.
 */
const STRENGTH = { proofs: 5, normProofs: 2, checks: 100, successes: 100 }

const known = new Map<string, Circuit>()

export function circuitOf(policy: Sizes): Circuit {
  const [dimension, normBound] = [dimensionOf(policy), integerClipNorm(policy)]
  const key = `${dimension} ${normBound}`
  const circuit = known.get(key) ?? createCircuit({ ...STRENGTH, dimension, normBound })
  known.set(key, circuit)
  return circuit
}
