/**
 * @module The shop's strings in the current language. Read them while rendering, because they change with the
 * language. English is included; German loads on demand.
 */
import type { ConsoleLabels } from '../../console.ts'
import { type Labels, ENGLISH as WIDGETS } from '../../react.ts'
import { SEARCH_ENGLISH, type SearchLabels } from '../../react-search.ts'
import { createSignal } from '../signal.ts'
import { createStored } from '../stored.ts'
import { ENGLISH, type Words } from './english.ts'
import { loadGerman } from './loadGerman.ts'

export type Language = 'en' | 'de'

/** The shop's own strings. */
export let words: Words = ENGLISH
/** The package's strings. */
export let labels: Labels = WIDGETS
/** The package's strings of search box and choices, with the shop's replacements. */
export let searchLabels: SearchLabels = { ...SEARCH_ENGLISH, ...ENGLISH.finding }

/** The console's strings; English is its default. */
export let consoleLabels: Partial<ConsoleLabels> | undefined

/** Current language. */
export const language = createSignal<Language>('en')

/** The shopper's choice; null: the browser's preference (`beforePaint.ts`). */
const chosen = createStored<Language | null>('nearside-shop.language', (value) =>
  value === 'en' || value === 'de' ? value : null,
)

let asked: Language = 'en'

/** Resolves to false if the strings could not be loaded. */
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
  // Another language was requested meanwhile.
  if (asked !== next) return true
  words = own
  labels = widgets
  searchLabels = { ...finding, ...own.finding }
  consoleLabels = inConsole
  document.documentElement.lang = own.locale
  if (language.get() !== next) language.set(next)
  return true
}

/** Sets the reader's choice, stores it for later visits and sends it to other tabs. */
export async function choose(next: Language): Promise<boolean> {
  const spoken = await speak(next)
  if (spoken) chosen.set(next)
  return spoken
}

/**
 * Applies the language at first, and when another tab changes it. Without the other strings, the shop stays English.
 */
export async function followLanguage(): Promise<void> {
  chosen.subscribe(() => void speak(chosen.get() ?? 'en'))
  const { lang } = document.documentElement
  const first = chosen.get() ?? (lang.startsWith('de') ? 'de' : 'en')
  if (!(await speak(first))) await speak('en')
}
