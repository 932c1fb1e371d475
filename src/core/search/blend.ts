/**
 * @module Personal order inside a search result, without loss of relevance: it decides between hits
 * that are equally relevant. Where a shop's own searches have shown that hits of nearly the same
 * relevance are bought in the personal order, it decides between those as well, and nowhere else.
 */
import type { SearchHit } from './hit.ts'

/** How far two relevances lie apart, as a share, that differ by the rounding of sums alone. */
const ROUNDING = 1e-9

/**
 * @param hits best first, as `find` gives them
 * @param personalOrder ids, best first, as `rerank` gives them; hits it lacks come after those it has
 * @param tolerance share of relevance that counts as none, 0 … 1: what `pretrain` has learned from the
 * shop's own searches, in the snapshot's `model`. Without it only hits that are tied change places
 * @returns the same hits, each once
 */
export function blend(
  hits: readonly SearchHit[],
  personalOrder: readonly string[],
  tolerance = 0,
): readonly SearchHit[] {
  const place = new Map(personalOrder.map((id, index) => [id, index]))
  const placeOf = (hit: SearchHit) => place.get(hit.id) ?? personalOrder.length
  return bands(hits, Math.max(tolerance, ROUNDING)).flatMap((band) =>
    band.sort((a, b) => placeOf(a) - placeOf(b)),
  )
}

/** A band begins at its most relevant hit and ends where relevance falls below (1 − tolerance) of it. */
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
