/**
 * @module Errors over HTTP: problem+json (RFC 9457) whose `code` is one of our error codes, so that
 * a failure on a server and on a device is the same thing by the same name.
 */
import { type ErrorCode, NearsideError } from '../../core/error.ts'

interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: ErrorCode
}

/** @param title for people; no secret, no id of a shopper */
export function problem(status: number, code: ErrorCode, title: string): Problem {
  return { type: `urn:nearside:problem:${code}`, title, status, code }
}

/** What a refused report means to a device, by status where the body says nothing usable. */
const BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  401: 'token-refused',
  403: 'consent-missing',
  409: 'report-conflict',
  410: 'round-closed',
  413: 'report-invalid',
  415: 'report-invalid',
  422: 'report-invalid',
}

/** True where the same bytes may succeed later. */
export function isRetryable(status: number): boolean {
  return status === 408 || status === 429 || status >= 500
}

/** The answer to a refused report as an error; never trusts the server's text for more than words. */
export function errorFromResponse(status: number, body: Uint8Array): NearsideError {
  const code = BY_STATUS[status] ?? 'aggregator-unreachable'
  return new NearsideError(code, `The leader answered ${status}${titleOf(body)}`)
}

function titleOf(body: Uint8Array): string {
  try {
    const { title } = JSON.parse(new TextDecoder().decode(body)) as { title?: unknown }
    return typeof title === 'string' ? `: ${title.slice(0, 200)}` : ''
  } catch {
    return ''
  }
}
