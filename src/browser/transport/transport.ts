/**
 * @module Transport, the only way out. Every request of the device goes through it, and the log entry is written
 * before the first byte leaves. No cookies, no referrer, fixed headers.
 */

import type { Bytes } from '@nearside/core/bytes.ts'

export type Purpose = 'catalog' | 'model' | 'policy' | 'rules' | 'token'

export interface GetOptions {
  readonly signal?: AbortSignal
  /** Gets each part of a large file as it arrives; the answer may still fail. */
  readonly onPart?: (part: Uint8Array) => void
  readonly post?: Pick<RequestInit, 'credentials' | 'headers'> & { readonly body: Bytes }
}

export interface Transport {
  /**
   * Sends a GET, or a POST for a token. The token request looks random to its receiver; `credentials` decides whether
   * it carries cookies.
   * @throws NearsideError `model-unreachable` | `aggregator-unreachable` | `issuer-unreachable` | `aborted`
   */
  get(url: string, purpose: Purpose, options?: GetOptions): Promise<Uint8Array>
  /**
   * Sends an upload by POST. The log records `detail` with the body's length and SHA-256. Resolves for every HTTP
   * status. Rejects with `aggregator-unreachable` without an answer, and with `aborted` if `signal` stopped it,
   * perhaps after it arrived.
   */
  post(
    url: string,
    body: Uint8Array,
    contentType: string,
    detail: Readonly<Record<string, string | number | boolean>>,
    options?: { signal?: AbortSignal; authorization?: string },
  ): Promise<{ readonly status: number; readonly body: Uint8Array }>
}
