/** @module Buttons to choose the shop's language; each language is named in that language. */
import { useState } from 'react'
import { useSignal } from '../signal.ts'
import { choose, type Language, language, words } from '../words/words.ts'

const NAMES: Readonly<Record<Language, string>> = { en: 'English', de: 'Deutsch' }

export function Languages() {
  const spoken = useSignal(language)
  const [failed, setFailed] = useState(false)
  async function speak(next: Language): Promise<void> {
    setFailed(!(await choose(next)))
    // All pages rendered again, so the focus was lost.
    requestAnimationFrame(() =>
      document.querySelector<HTMLElement>(`[data-language=${next}]`)?.focus(),
    )
  }
  return (
    <fieldset className="languages" aria-label={words('footer.language')}>
      {Object.entries(NAMES).map(([code, name]) => (
        <button
          key={code}
          type="button"
          className="linklike"
          lang={code}
          data-language={code}
          aria-pressed={spoken === code}
          onClick={() => void speak(code as Language)}
        >
          {name}
        </button>
      ))}
      <span className="small" role="status">
        {failed && words('footer.notLoaded')}
      </span>
    </fieldset>
  )
}
