/** @module Defines the only error class of Nearside, and its codes. */

/** Code of an error; every error that Nearside throws has one of these codes. */
export type ErrorCode =
  | 'aborted'
  | 'aggregator-unreachable'
  | 'catalog-invalid'
  | 'closed'
  | 'consent-missing'
  | 'engine-failed'
  | 'engine-unavailable'
  | 'event-invalid'
  | 'fit-diverged'
  | 'input-invalid'
  | 'issuer-unreachable'
  | 'item-unknown'
  | 'ledger-broken'
  | 'budget-exhausted'
  | 'model-corrupt'
  | 'model-expired'
  | 'model-forked'
  | 'model-incompatible'
  | 'model-rolled-back'
  | 'model-unreachable'
  | 'model-unsigned'
  | 'policy-mismatch'
  | 'report-conflict'
  | 'report-invalid'
  | 'round-closed'
  | 'rules-invalid'
  | 'storage-corrupt'
  | 'storage-full'
  | 'storage-unavailable'
  | 'terms-beyond-limits'
  | 'token-refused'
  | 'transfer-foreign'
  | 'transfer-invalid'
  | 'transfer-locked'
  | 'version-taken'
  | 'worker-failed'

/** The only error class of Nearside. `message` says what happened and what to do; `cause` is the platform's error. */
export class NearsideError extends Error {
  /** Name that identifies the error where `instanceof` can't, e.g. across realms. */
  override readonly name = 'NearsideError' as const
  /** Code to switch on. */
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
  }

  /** Plain form of the error for `postMessage`, since structured clone drops custom fields of errors. */
  toWire(): WireError {
    return { code: this.code, message: this.message }
  }

  /** Restores the error from its plain form. */
  static fromWire(wire: WireError): NearsideError {
    return new NearsideError(wire.code, wire.message)
  }

  /** Wraps any thrown value as a NearsideError; a NearsideError passes through unchanged. */
  static from(thrown: unknown, code: ErrorCode, message: string): NearsideError {
    if (thrown instanceof NearsideError) return thrown
    const detail = thrown instanceof Error ? `: ${thrown.message}` : ''
    return new NearsideError(code, `${message}${detail}`, { cause: thrown })
  }
}

export const invalidInput = (message: string, cause?: unknown): NearsideError =>
  new NearsideError('input-invalid', message, cause === undefined ? undefined : { cause })

/** NearsideError as plain data. */
export interface WireError {
  /** Code of the error. */
  readonly code: ErrorCode
  /** Message of the error. */
  readonly message: string
}
