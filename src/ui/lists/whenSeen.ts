/** @module Detects when an element comes into view. */

/** Share of the element that must be visible; if the element is larger than the screen, share of the screen. */
const SEEN = 0.5

/** Calls `seen` once. @returns a function that stops waiting */
export function whenSeen(element: Element, seen: () => void): () => void {
  const observer = new IntersectionObserver(
    (entries) => {
      const isSeen = entries.some(
        ({ intersectionRatio, intersectionRect, rootBounds }) =>
          intersectionRatio >= SEEN ||
          intersectionRect.height >= SEEN * (rootBounds?.height ?? Infinity),
      )
      if (!isSeen) return
      observer.disconnect()
      seen()
    },
    { threshold: [0.1, 0.25, SEEN] },
  )
  observer.observe(element)
  return () => observer.disconnect()
}
