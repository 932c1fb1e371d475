/**
 * @module Zod schemas of the JSON that aggregators send to each other, and of their public answers. The OpenAPI page is
 * generated from these schemas.
 */
import { z } from '@hono/zod-openapi'
import { type ErrorCode, NearsideError } from '@nearside/core/error.ts'
import { PROTOCOL } from '../protocol/task.ts'

/** @throws NearsideError with this code and message for a body that isn't JSON or has another shape */
export function readJson<T>(
  body: Uint8Array,
  schema: z.ZodType<T>,
  code: ErrorCode = 'input-invalid',
  message = 'The request’s body has the wrong form',
): T {
  try {
    return schema.parse(JSON.parse(new TextDecoder().decode(body)))
  } catch (cause) {
    throw new NearsideError(code, message, { cause })
  }
}

const hash = z.string().regex(/^[0-9a-f]{64}$/)
const count = z.number().int().nonnegative()
const role = z.enum(['leader', 'helper'])
const trust = z.enum(['two-aggregators', 'trusted-server'])

export const helperKeysSchema = z.object({
  sealing: z.string(),
  signing: z.string(),
  operator: z.string(),
  /** Newest round that the helper knows; 0 if it knows none. */
  lastRound: count,
})
export type HelperKeys = z.infer<typeof helperKeysSchema>

export const leaderKeysSchema = z.object({ signing: z.string(), operator: z.string() })

export const proposalSchema = z.strictObject({ policy: z.unknown() })

export const releaseRequestSchema = z.strictObject({
  policyHash: hash,
  /** The reports' ids, ascending and concatenated, in base64. */
  ids: z.string(),
})

export type ReleaseRequest = Readonly<z.infer<typeof releaseRequestSchema>>

export const releaseAnswerSchema = z.object({ share: z.string(), signature: z.string() })
export type ReleaseAnswer = z.infer<typeof releaseAnswerSchema>

/** Signed list of the marks (salted id hashes) of all reports that reached the helper in a round. */
export const reachedSchema = z
  .object({
    round: count,
    policyHash: hash,
    /** Times of opening and of closing, milliseconds since the epoch. */
    opened: count,
    closed: count,
    /** Salt of the marks, base64. */
    salt: z.string(),
    /** The marks (see `markOf`), ascending and concatenated, in base64. */
    marks: z.string(),
    key: z.string(),
    signature: z.string(),
  })
  .openapi('ReachedReports')
export type ReachedReports = z.infer<typeof reachedSchema>

const modelReleaseSchema = z
  .object({
    version: z.string(),
    manifest: hash,
    release: count,
    /** Times of issue and of expiry, milliseconds since the epoch. */
    issued: count,
    expires: count,
  })
  .openapi('ModelRelease')
export type ModelRelease = Readonly<z.infer<typeof modelReleaseSchema>>

export const modelReleasesSchema = z
  .object({ releases: z.array(modelReleaseSchema) })
  .openapi('ModelReleases')

export const modelSignatureSchema = z.object({ key: z.string(), signature: z.string() })

const verdictSchema = z
  .object({
    accepted: z.boolean(),
    reasons: z.array(z.string()),
    metrics: z.record(z.string(), z.number()),
  })
  .openapi('Verdict')

export const roundSchema = z
  .object({
    round: count,
    state: z.enum(['open', 'full', 'exchanged', 'released', 'rejected', 'abandoned']),
    model: z.string().openapi({ description: 'version that the updates are computed from' }),
    policyHash: hash,
    goal: count,
    counted: count,
    consents: z.object({ hash, count }).openapi({
      description:
        'hash of the terms to which devices state a consent, and number of reports that came with it',
    }),
    idSetHash: hash.nullable(),
    released: z
      .string()
      .nullable()
      .openapi({ description: 'version that the round released; null if it released none' }),
    gate: verdictSchema.nullable(),
  })
  .openapi('Round')

export const roundsSchema = z
  .object({
    role,
    trust,
    rounds: z.array(roundSchema),
  })
  .openapi('Rounds')

export const healthSchema = z
  .object({
    status: z.enum(['ok', 'starting']),
    role,
    trust,
    round: count.nullable(),
    waitingFor: z.string().nullable(),
    /** Number of acknowledged reports in abandoned rounds. */
    lost: count,
  })
  .openapi('Health')

export const taskSchema = z
  .object({
    protocol: z.literal(PROTOCOL),
    role,
    round: count,
    state: z.enum(['open', 'closed']),
    policyHash: hash,
    policy: z.record(z.string(), z.unknown()),
    time: count,
    signature: z.string(),
  })
  .openapi('Task')

export const receiptSchema = z
  .object({ id: z.string(), round: count, bodyHash: hash, signature: z.string() })
  .openapi('Receipt')

export const problemSchema = z
  .object({ type: z.string(), title: z.string(), status: z.number(), code: z.string() })
  .openapi('Problem')
