/** @module When something comes into view. */

/** Half of it, or of the screen where it is larger. */
const SEEN = 0.5

/** Calls once. @returns what ends the waiting */
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
