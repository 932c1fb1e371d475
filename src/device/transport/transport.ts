/**
 * @module The one door out. Every request of the device passes here; the ledger entry is written
 * before the first byte leaves. No cookies, no referrer, fixed headers.
 */

import type { Bytes } from '../../core/bytes.ts'

export type Purpose = 'catalog' | 'model' | 'policy' | 'rules' | 'token'

interface GetOptions {
  readonly signal?: AbortSignal
  readonly post?: Pick<RequestInit, 'credentials' | 'headers'> & { readonly body: Bytes }
}

export interface Transport {
  /**
   * GET; of a token POST, which is random to whom it goes, with cookies where `credentials` says so.
   * @throws NearsideError `model-unreachable` | `aggregator-unreachable` | `issuer-unreachable` | `aborted`
   */
  get(url: string, purpose: Purpose, options?: GetOptions): Promise<Uint8Array>
  /**
   * POST of an upload. `detail` goes into the ledger beside the body's length and SHA-256.
   * Resolves for every HTTP status; rejects with `aggregator-unreachable` if there was no answer, and
   * with `aborted` where `signal` stopped it, which may be after it arrived.
   */
  post(
    url: string,
    body: Uint8Array,
    contentType: string,
    detail: Readonly<Record<string, string | number | boolean>>,
    options?: { signal?: AbortSignal; authorization?: string },
  ): Promise<{ readonly status: number; readonly body: Uint8Array }>
}
