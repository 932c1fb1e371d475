/** @module Something that a page needs, loaded once and, when that fails, as often as the shopper asks. */
import { startTransition, useCallback, useEffect, useState } from 'react'

/** @param load throws an Error in a sentence that can be shown; not made anew with each rendering */
export function useLoaded<T>(load: (signal: AbortSignal) => Promise<T>, initial: () => T | null) {
  const [value, setValue] = useState(initial)
  const [failure, setFailure] = useState<string | null>(null)
  useEffect(() => {
    if (failure !== null) return
    const abort = new AbortController()
    load(abort.signal).then(
      // In slices: a whole shop drawn at once would hold a slow phone for a third of a second.
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
