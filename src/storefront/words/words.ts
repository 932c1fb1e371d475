/**
 * @module The words that the shop speaks at the moment: to be read while drawing, since they change
 * with the language. English is here from the start; German comes where it is wanted.
 */
import type { PrivacyConsoleProps } from '../../console.ts'
import { type Labels, ENGLISH as WIDGETS } from '../../react.ts'
import { SEARCH_ENGLISH, type SearchLabels } from '../../react-search.ts'
import { createSignal } from '../signal.ts'
import { createStored } from '../stored.ts'
import { ENGLISH, type Words } from './english.ts'
import { loadGerman } from './loadGerman.ts'

export type Language = 'en' | 'de'

/** The shop's own. */
export let words: Words = ENGLISH
/** The package's. */
export let labels: Labels = WIDGETS
/** The package's of the search box and of choices, with what the shop says in their place. */
export let searchLabels: SearchLabels = { ...SEARCH_ENGLISH, ...ENGLISH.finding }

/** The console's; English comes with it. */
export let consoleLabels: PrivacyConsoleProps['labels']

/** Spoken at the moment. */
export const language = createSignal<Language>('en')

/** Null: as the browser wants it (`beforePaint.ts`). */
const chosen = createStored<Language | null>('nearside-shop.language', (value) =>
  value === 'en' || value === 'de' ? value : null,
)

let asked: Language = 'en'

/** Resolves with false where its words could not be loaded. */
async function speak(next: Language): Promise<boolean> {
  asked = next
  let own = ENGLISH as Words
  let widgets = WIDGETS as Labels
  let finding = SEARCH_ENGLISH as SearchLabels
  let inConsole: typeof consoleLabels
  if (next === 'de') {
    try {
      const [shop, all] = await loadGerman()
      own = shop.GERMAN
      widgets = all.GERMAN
      finding = all.SEARCH_GERMAN
      inConsole = all.CONSOLE_GERMAN
    } catch {
      return false
    }
  }
  // Another was asked for meanwhile.
  if (asked !== next) return true
  words = own
  labels = widgets
  searchLabels = { ...finding, ...own.finding }
  consoleLabels = inConsole
  document.documentElement.lang = own.locale
  if (language.get() !== next) language.set(next)
  return true
}

/** The reader's choice, kept for later visits and told to other tabs. */
export async function choose(next: Language): Promise<boolean> {
  const spoken = await speak(next)
  if (spoken) chosen.set(next)
  return spoken
}

/** At first, and whenever it is chosen in another tab. Without its words, the shop speaks English. */
export async function followLanguage(): Promise<void> {
  chosen.subscribe(() => void speak(chosen.get() ?? 'en'))
  const { lang } = document.documentElement
  const first = chosen.get() ?? (lang.startsWith('de') ? 'de' : 'en')
  if (!(await speak(first))) await speak('en')
}
