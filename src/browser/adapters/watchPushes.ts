/** @module Follows past and future pushes to an array of the page. */

/** Calls `take` for each past and future entry; other listeners work as before. @returns function that stops it */
export function watchPushes(array: unknown[], take: (entry: unknown) => void): () => void {
  let following = true
  const tell = (entry: unknown) => {
    if (following) take(entry)
  }
  for (const entry of [...array]) tell(entry)
  const before = array.push
  const push = (...entries: unknown[]): number => {
    const length = before.apply(array, entries)
    for (const entry of entries) tell(entry)
    return length
  }
  array.push = push
  return () => {
    following = false
    // Another script may have wrapped our `push`; then ours stays in place and passes entries on.
    if (array.push === push) array.push = before
  }
}
