/**
 * @module Personal order inside a search result, without loss of relevance. Where relevance tells
 * the hits apart, its order stays. Where it is flat (most of the first hits are as relevant as a
 * neighbour, as for one word that many titles share), hits are cut into bands of near-equal
 * relevance, and inside a band the shopper's own order decides: a hit never passes one whose
 * relevance is more than `tolerance` above its own, whatever the shopper likes.
 */
import type { SearchHit } from './retrieve.ts'

/** How far the shopper’s own order may move a hit. */
export interface Room {
  /** Relative width of a band, 0 … 1: 0 keeps the order by relevance. */
  readonly tolerance: number
  /** From which flatness on there are bands at all, 0 … 1: 0 is always. */
  readonly flatness: number
}

/**
 * Of all that cost nothing on judged queries where taste is drawn by lot, what gains the most on the
 * demo shop's training shoppers (`nearside evaluate --protocol search`).
 */
export const SHIPPED_ROOM: Room = { tolerance: 0.2, flatness: 0.75 }

/** How near two relevances are that differ by rounding alone. */
const EQUAL = 1e-4
/** Hits by which flatness is told: what one sees of a result before scrolling far. */
const FIRST = 24

/**
 * @param hits best first, as `find` gives them
 * @param personalOrder ids, best first, as `rerank` gives them; hits it lacks come last in their band
 * @returns the same hits, each once
 */
export function blend(
  hits: readonly SearchHit[],
  personalOrder: readonly string[],
  { tolerance, flatness }: Room = SHIPPED_ROOM,
): readonly SearchHit[] {
  if (flatnessOf(hits) < flatness) return hits
  const place = new Map(personalOrder.map((id, index) => [id, index]))
  const placeOf = (hit: SearchHit) => place.get(hit.id) ?? personalOrder.length
  return bands(hits, tolerance).flatMap((band) => [...band].sort((a, b) => placeOf(a) - placeOf(b)))
}

/** Share of the first hits that are no less relevant than the one before, 0 … 1; 0 for one hit. */
export function flatnessOf(hits: readonly SearchHit[]): number {
  const first = hits.slice(0, FIRST)
  const level = first.filter(
    (hit, i) =>
      i > 0 &&
      hit.complete === first[i - 1].complete &&
      hit.relevance >= first[i - 1].relevance * (1 - EQUAL),
  )
  return level.length / Math.max(first.length - 1, 1)
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
