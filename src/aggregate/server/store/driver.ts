/**
 * @module Driver of an aggregator's database. The store (`store.ts`) contains every statement and decision; a driver
 * runs the statements in durable transactions.
 */
import { NearsideError } from '@nearside/core/error.ts'
import type { Dialect } from './schema.ts'
import type { SecretBox } from './secretBox.ts'

export type Value = number | string | Uint8Array | null

/** Runs one statement; its placeholders are $1, $2, … */
export interface Query {
  rows<Row extends object>(sql: string, ...values: readonly Value[]): Promise<readonly Row[]>
  /** @returns the number of rows that the statement changed */
  change(sql: string, ...values: readonly Value[]): Promise<number>
}

/**
 * Statements that run on the driver itself, outside a transaction, see committed data only.
 * @throws (all methods) NearsideError `storage-unavailable` if the database fails or doesn't answer in time
 */
export interface Driver extends Query {
  readonly dialect: Dialect
  /** Encrypts secrets if the database leaves deleted data in its files. */
  readonly box: SecretBox
  /** Runs `body` as one transaction, and again after a conflict with another process. */
  transaction<T>(body: (on: Query) => Promise<T>): Promise<T>
  /**
   * Runs `body`, which deletes secrets of a round, as one transaction. Inside `exclusively`, `step` fails if the
   * database has dropped the connection that holds the lock of `exclusively`.
   */
  step<T>(body: (on: Query) => Promise<T>): Promise<T>
  /**
   * Runs `body` while no other process of this aggregator runs a step.
   * @throws `StepTaken` if another process runs a step
   */
  exclusively<T>(body: () => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** Thrown if a transaction conflicts with another process's transaction. The driver rolls it back and runs it again. */
export class Again extends Error {}

/** Thrown if another process runs a step of the round; this process's step did not begin. */
export class StepTaken extends NearsideError {
  constructor() {
    super('storage-unavailable', 'Another process runs a step of this round; try again')
  }
}
