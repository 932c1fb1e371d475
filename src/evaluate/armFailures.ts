/** @module Handles arms (compared rankings) that can't score a case: the report omits them and gives the reason. */
import { NearsideError } from '@nearside/core/error.ts'
import type { ArmName } from './arms.ts'

export interface ArmFailure {
  readonly arm: ArmName
  readonly reason: string
}

/** An arm that the report omits, because it could not score every case. */
export interface LeftOutArm extends ArmFailure {
  readonly cases: number
}

/** @throws NearsideError `engine-failed`, naming the first item row whose score is not finite */
export function requireFinite(arm: string, scores: Float32Array): void {
  // `findIndex` takes several times as long, and tuning calls this for each case of each try.
  let row = 0
  while (row < scores.length && Number.isFinite(scores[row])) row++
  if (row === scores.length) return
  const found = `${arm}: the score of item row ${row} is ${scores[row]}`
  throw new NearsideError('engine-failed', found)
}

/** @returns scores of all items, [N]; null if the arm fails; `failures` then gets the reason */
export async function tryArm(
  arm: ArmName,
  failures: ArmFailure[],
  score: () => Float32Array | Promise<Float32Array>,
): Promise<Float32Array | null> {
  try {
    const scores = await score()
    requireFinite(arm, scores)
    return scores
  } catch (error) {
    failures.push({ arm, reason: error instanceof Error ? error.message : String(error) })
    return null
  }
}

/** Lists each failed arm once, with its first reason. */
export function leftOutArms(
  results: readonly { readonly failures: readonly ArmFailure[] }[],
): LeftOutArm[] {
  const found = new Map<ArmName, LeftOutArm>()
  for (const { failures } of results) {
    const inCase = new Map(failures.toReversed().map((failure) => [failure.arm, failure]))
    for (const [arm, failure] of inCase) {
      const known = found.get(arm) ?? { ...failure, cases: 0 }
      found.set(arm, { ...known, cases: known.cases + 1 })
    }
  }
  return [...found.values()]
}
