/** @module Counts the unusable lines of a log. Few such lines are left out; many cause the file to be rejected. */
import { invalidInput } from '@nearside/core/error.ts'

/** Lines of `events.tsv` that were left out for one reason. */
export interface LeftOut {
  /** Reason that completes "3 lines …", e.g. `without a time`. */
  readonly reason: string
  readonly lines: number
  /** Number of the first such line; the header is line 1. */
  readonly first: number
}

export interface Fault {
  readonly reason: string
  readonly message: string
}

/** Share of wrong lines above which the log is rejected. */
const MOST_WRONG = 0.1

export class WrongLines {
  readonly #file: string
  readonly #reasons = new Map<string, { lines: number; first: number }>()
  #first: { readonly line: number; readonly message: string } | null = null
  #count = 0

  constructor(file: string) {
    this.#file = file
  }

  add(line: number, { reason, message }: Fault): void {
    this.#count++
    this.#first ??= { line, message }
    const known = this.#reasons.get(reason)
    if (known) known.lines++
    else this.#reasons.set(reason, { lines: 1, first: line })
  }

  /**
   * @param lines number of lines in the file, without its header
   * @throws NearsideError `input-invalid` if more than a tenth of the lines are wrong, naming the first
   */
  leftOut(lines: number): readonly LeftOut[] {
    if (this.#first && this.#count > MOST_WRONG * lines) {
      const { line, message } = this.#first
      const others = lines > 1 ? ` (${this.#count} of ${lines} lines are wrong)` : ''
      throw invalidInput(`${this.#file} line ${line}: ${message}${others}`)
    }
    return [...this.#reasons].map(([reason, counted]) => ({ reason, ...counted }))
  }
}

/** One sentence for each reason, without its full stop. */
export function describeLeftOut(leftOut: readonly LeftOut[] = []): string[] {
  return leftOut.map(({ reason, lines, first }) => {
    const where = lines === 1 ? `line ${first}` : `the first is line ${first}`
    return `${lines.toLocaleString('en-GB')} line${lines === 1 ? '' : 's'} of the log ${reason} ${lines === 1 ? 'was' : 'were'} left out (${where})`
  })
}
