/** @module HTTP answers for errors: problem+json with the status that fits the code. */

import { type ErrorCode, NearsideError } from '@nearside/core/error.ts'
import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { problem } from '../protocol/problem.ts'
import { PROBLEM_MEDIA_TYPE } from '../protocol/routes.ts'

const STATUS: Partial<Record<ErrorCode, ContentfulStatusCode>> = {
  'consent-missing': 403,
  'input-invalid': 422,
  'model-corrupt': 422,
  'policy-mismatch': 422,
  'report-conflict': 409,
  'report-invalid': 422,
  'round-closed': 410,
  'token-refused': 401,
  'version-taken': 409,
}

/** Answers 503 for every error that isn't the request's fault. A report is either durable or refused. */
export function respondThrown(c: Context, thrown: unknown): Response {
  const error = NearsideError.from(thrown, 'storage-unavailable', 'The server can’t take it now')
  const status = STATUS[error.code] ?? 503
  return respondProblem(c, status, error.code, error.message, status === 503 ? 5 : undefined)
}

export function respondProblem(
  c: Context,
  status: ContentfulStatusCode,
  code: ErrorCode,
  title: string,
  retryAfter?: number,
): Response {
  if (retryAfter !== undefined) c.header('Retry-After', String(retryAfter))
  return c.body(JSON.stringify(problem(status, code, title)), status, {
    'Content-Type': PROBLEM_MEDIA_TYPE,
  })
}
