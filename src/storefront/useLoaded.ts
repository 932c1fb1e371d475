/** @module Loads data that a page needs. After a failure, the shopper can try again. */
import { startTransition, useCallback, useEffect, useState } from 'react'

/** @param load throws an Error with a message for the shopper; needs a stable reference */
export function useLoaded<T>(load: (signal: AbortSignal) => Promise<T>, initial: () => T | null) {
  const [value, setValue] = useState(initial)
  const [failure, setFailure] = useState<string | null>(null)
  useEffect(() => {
    if (failure !== null) return
    const abort = new AbortController()
    load(abort.signal).then(
      // The page renders in slices, because rendering a whole shop at once would block a slow phone for a third of a
      // second.
      (loaded) => startTransition(() => setValue(() => loaded)),
      (error: Error) => {
        if (!abort.signal.aborted) setFailure(error.message)
      },
    )
    return () => abort.abort()
  }, [load, failure])
  const retry = useCallback(() => setFailure(null), [])
  return { value, failure, retry }
}
