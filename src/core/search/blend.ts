/** @module Applies the personal ranking inside a search result without moving a clearly less relevant hit up. */
import type { SearchHit } from './hit.ts'

/** Relative difference below which two relevances count as equal, since rounding can cause such a difference. */
const ROUNDING = 1e-9

/**
 * Sorts hits of about equal relevance by the personal ranking.
 * @param hits best first, as `find` returns them
 * @param personalOrder ids, best first, as `rerank` returns them; other hits come last
 * @param tolerance relative difference in relevance up to which hits count as equally relevant, 0 … 1. `pretrain`
 *   learns it from the shop's own searches; a page reads it as `getSnapshot().model.searchTolerance`. Default 0: only
 *   tied hits change places.
 * @returns the same hits, each once; a pinned hit keeps its place
 */
export function blend(
  hits: readonly SearchHit[],
  personalOrder: readonly string[],
  tolerance = 0,
): readonly SearchHit[] {
  const place = new Map(personalOrder.map((id, index) => [id, index]))
  const placeOf = (hit: SearchHit) => place.get(hit.id) ?? personalOrder.length
  const free = hits.filter(({ pinned }) => !pinned)
  const blended = bands(free, Math.max(tolerance, ROUNDING)).flatMap((band) =>
    band.sort((a, b) => placeOf(a) - placeOf(b)),
  )
  for (const [at, hit] of hits.entries()) if (hit.pinned) blended.splice(at, 0, hit)
  return blended
}

/**
 * Splits the hits into bands of about equal relevance. A band begins at its most relevant hit, and ends where the
 * relevance falls below (1 − tolerance) times that hit's relevance.
 */
function bands(hits: readonly SearchHit[], tolerance: number): SearchHit[][] {
  const result: SearchHit[][] = []
  let top: SearchHit | null = null
  for (const hit of hits) {
    const near =
      top !== null &&
      hit.complete === top.complete &&
      hit.soldOut === top.soldOut &&
      hit.relevance >= top.relevance * (1 - tolerance)
    if (near) result[result.length - 1].push(hit)
    else {
      result.push([hit])
      top = hit
    }
  }
  return result
}
