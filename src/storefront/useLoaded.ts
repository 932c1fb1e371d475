/** @module Something that a page needs, loaded once and, when that fails, as often as the shopper asks. */
import { startTransition, useCallback, useEffect, useState } from 'react'

/** @param load throws an Error in a sentence that can be shown; not made anew with each rendering */
export function useLoaded<T>(load: (signal: AbortSignal) => Promise<T>, initial: () => T | null) {
  const [value, setValue] = useState(initial)
  const [failure, setFailure] = useState<string | null>(null)
  const [attempt, setAttempt] = useState(0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt loads again
  useEffect(() => {
    const abort = new AbortController()
    load(abort.signal).then(
      // In slices: a whole shop drawn at once would hold a slow phone for a third of a second.
      (loaded) => startTransition(() => setValue(() => loaded)),
      (error: Error) => {
        if (!abort.signal.aborted) setFailure(error.message)
      },
    )
    return () => abort.abort()
  }, [load, attempt])
  const retry = useCallback(() => {
    setFailure(null)
    setAttempt((before) => before + 1)
  }, [])
  return { value, failure, retry }
}
