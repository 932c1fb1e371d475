/**
 * @module Personal order inside a search result, without loss of relevance: hits are cut into bands
 * of near-equal relevance, and only inside a band does the shopper's own order decide. A hit never
 * passes one whose relevance is more than `tolerance` above its own, whatever the shopper likes.
 */
import type { SearchHit } from './retrieve.ts'

export interface BlendOptions {
  /** Relative width of a band, 0 … 1: 0 keeps the order by relevance. Default 0.1. */
  readonly tolerance?: number
}

/**
 * @param hits best first, as `find` gives them
 * @param personalOrder ids, best first, as `rerank` gives them; hits it lacks come last in their band
 * @returns the same hits, each once
 */
export function blend(
  hits: readonly SearchHit[],
  personalOrder: readonly string[],
  { tolerance = 0.1 }: BlendOptions = {},
): readonly SearchHit[] {
  const place = new Map(personalOrder.map((id, index) => [id, index]))
  const placeOf = (hit: SearchHit) => place.get(hit.id) ?? personalOrder.length
  return bands(hits, tolerance).flatMap((band) => [...band].sort((a, b) => placeOf(a) - placeOf(b)))
}

/** A band begins at its most relevant hit and ends where relevance falls below (1 − tolerance) of it. */
export function bands(hits: readonly SearchHit[], tolerance: number): SearchHit[][] {
  const result: SearchHit[][] = []
  let top: SearchHit | null = null
  for (const hit of hits) {
    const near =
      top !== null &&
      hit.complete === top.complete &&
      hit.relevance >= top.relevance * (1 - tolerance)
    if (near) result[result.length - 1].push(hit)
    else {
      result.push([hit])
      top = hit
    }
  }
  return result
}
