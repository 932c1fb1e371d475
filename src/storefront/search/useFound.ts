/**
 * @module Provides the results of the results page. Until the answer to the current query arrives, the previous answer
 * stays.
 */
import { startTransition, useEffect, useRef, useState } from 'react'
import { breathe } from '../breathe.ts'
import { takePicture } from '../pictures.ts'
import { useShop } from '../shop.ts'
import { inUse } from '../words/words.ts'
import { askFirst, begunFor, type FoundFirst, questionFor } from './searchThread.ts'

export interface FoundFor extends FoundFirst {
  readonly query: string
}

/** Results on screen; null before the first answer. @param query sent to the search, unless it is empty */
export function useFound(query: string): FoundFor | null {
  const { search, enoughFor } = useShop().catalog
  const [found, setFound] = useState<FoundFor | null>(null)
  const answered = useRef('')
  const { locale } = inUse()
  const whole = enoughFor === null
  useEffect(() => {
    // The query is not sent again when the catalog becomes complete, because the answer would be the same.
    const asking = `${locale} ${query}`
    if (query === '' || asking === answered.current) return
    let left = false
    const question = questionFor(query)
    const first = begunFor(query) ?? (whole ? search(question) : askFirst(question))
    const asked: Promise<FoundFirst> = first.catch(() => search(question))
    void asked.then(async (answer) => {
      // The loop pauses after each picture, because each picture takes a slow phone some milliseconds.
      for (const [name, svg] of answer.pictures ?? []) {
        takePicture(name, svg)
        await breathe()
      }
      if (left) return
      answered.current = asking
      startTransition(() => setFound({ ...answer, query }))
    })
    return () => {
      left = true
    }
  }, [search, whole, query, locale])
  return query === '' ? null : found
}
