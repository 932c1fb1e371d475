/** @module Reads a search report back, to print it or to check what a model was made with. */
import { z } from 'zod'
import { NearsideError } from '../../core/error.ts'
import type { SearchReport } from './rankerSearch.ts'
import { SEARCH_METHODS } from './search.ts'

const POINT = z.record(z.string(), z.number())

const REPORT: z.ZodType<SearchReport> = z.object({
  format: z.literal(1),
  method: z.enum(SEARCH_METHODS),
  seed: z.number(),
  space: z.array(
    z.object({
      name: z.string(),
      low: z.number(),
      high: z.number(),
      scale: z.enum(['linear', 'log']),
    }),
  ),
  origins: z.array(
    z.object({ at: z.string(), until: z.string(), fitted: z.number(), asked: z.number() }),
  ),
  trials: z
    .array(
      z.object({
        parameters: POINT,
        'ndcg@10': z.array(z.number()),
        difference: z.number(),
        error: z.number(),
      }),
    )
    .min(1),
  best: POINT,
  confirmation: z.object({ difference: z.number(), error: z.number() }),
  adopted: z.boolean(),
  reason: z.string(),
})

/** @throws NearsideError `input-invalid` saying what is wrong */
export function parseSearch(text: string, name: string): SearchReport {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new NearsideError('input-invalid', `${name}: is not JSON`, { cause })
  }
  const found = REPORT.safeParse(value)
  if (found.success) return found.data
  const [issue] = found.error.issues
  throw new NearsideError(
    'input-invalid',
    `${name}: is no report of a search (${issue.path.join('.')}: ${issue.message})`,
  )
}
