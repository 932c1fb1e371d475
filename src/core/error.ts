/**
 * @module How Nearside fails: callers switch on `code`.
 */

/** Every way in which Nearside can fail, as a literal. */
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

/**
 * The one error class of Nearside. `message` says what happened and what to do; `cause` keeps the
 * platform's own error.
 */
export class NearsideError extends Error {
  /** Tells it from other errors where `instanceof` can't. */
  override readonly name = 'NearsideError' as const
  /** What to switch on. */
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
  }

  /** The form in which an error crosses a thread: structured clone drops custom fields of errors. */
  toWire(): WireError {
    return { code: this.code, message: this.message }
  }

  /** The error that `toWire` described. */
  static fromWire(wire: WireError): NearsideError {
    return new NearsideError(wire.code, wire.message)
  }

  /** Wraps anything thrown; a NearsideError passes through untouched. */
  static from(thrown: unknown, code: ErrorCode, message: string): NearsideError {
    if (thrown instanceof NearsideError) return thrown
    const detail = thrown instanceof Error ? `: ${thrown.message}` : ''
    return new NearsideError(code, `${message}${detail}`, { cause: thrown })
  }
}

/** A NearsideError as plain data. */
export interface WireError {
  /** Of the error. */
  readonly code: ErrorCode
  /** Of the error. */
  readonly message: string
}
