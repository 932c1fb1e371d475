/** @module What a page has pushed to an array so far, and will push. */

/** Other listeners go on as before. @returns how to stop */
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
    // Somebody may have wrapped ours meanwhile; then it stays, and passes on.
    if (array.push === push) array.push = before
  }
}
