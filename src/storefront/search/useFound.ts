/** @module What the page of results shows: the answer to its query, and until that is there the one before. */
import { startTransition, useEffect, useRef, useState } from 'react'
import { breathe } from '../breathe.ts'
import { takePicture } from '../pictures.ts'
import { useShop } from '../shop.ts'
import { askFirst, begunFor, type FoundFirst, questionFor } from './searchThread.ts'

export interface FoundFor extends FoundFirst {
  readonly query: string
}

/** Null while there is none. @param query empty: nothing is asked */
export function useFound(query: string): FoundFor | null {
  const { search, enoughFor } = useShop().catalog
  const [found, setFound] = useState<FoundFor | null>(null)
  const answered = useRef('')
  const whole = enoughFor === null
  useEffect(() => {
    // The whole catalog says the same as what came before it.
    if (query === '' || query === answered.current) return
    let left = false
    const question = questionFor(query)
    const first = begunFor(query) ?? (whole ? search(question) : askFirst(question))
    const asked: Promise<FoundFirst> = first.catch(() => search(question))
    void asked.then(async (answer) => {
      // Each keeps a slow phone for milliseconds.
      for (const [name, svg] of answer.pictures ?? []) {
        takePicture(name, svg)
        await breathe()
      }
      if (left) return
      answered.current = query
      startTransition(() => setFound({ ...answer, query }))
    })
    return () => {
      left = true
    }
  }, [search, whole, query])
  return query === '' ? null : found
}
