/**
 * @module Errors over HTTP: problem+json (RFC 9457). The problem's `code` is one of our error codes, so a server and a
 * device give the same failure the same name.
 */
import { type ErrorCode, NearsideError } from '@nearside/core/error.ts'

/** @param title text for people, without secrets or ids of shoppers */
export const problem = (status: number, code: ErrorCode, title: string) => ({
  type: `urn:nearside:problem:${code}`,
  title,
  status,
  code,
})

/** Error code for a refused report, by HTTP status, whatever code the body has. */
const BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  401: 'token-refused',
  403: 'consent-missing',
  409: 'report-conflict',
  410: 'round-closed',
  413: 'report-invalid',
  415: 'report-invalid',
  422: 'report-invalid',
}

export function isRetryable(status: number): boolean {
  return status === 408 || status === 429 || status >= 500
}

/** Error for the leader's refusal of a report. The server's text becomes only a part of the message. */
export function errorFromResponse(status: number, body: Uint8Array): NearsideError {
  const code = BY_STATUS[status] ?? 'aggregator-unreachable'
  return new NearsideError(code, `The leader answered ${described(status, body)}`)
}

/** An answer's status and, if its body is a problem document, the document's title. */
export function described(status: number, body: Uint8Array): string {
  try {
    const { title } = JSON.parse(new TextDecoder().decode(body)) as { title?: unknown }
    return typeof title === 'string' ? `${status}: ${title.slice(0, 200)}` : String(status)
  } catch {
    return String(status)
  }
}
