/**
 * @module The shop's texts in the current language. Read the texts while rendering, because they change with the
 * language. English is included; German loads on demand. In a message, `*…*` marks stressed text and `[…]` a link
 * (`parts/Say.tsx`).
 */
import type { ConsoleLabels } from '../../console.ts'
import { type Labels, ENGLISH as WIDGETS, wordsIn } from '../../react.ts'
import { SEARCH_ENGLISH, type SearchLabels } from '../../react-search.ts'
import { createSignal } from '../signal.ts'
import { createStored } from '../stored.ts'
import ENGLISH from './en.json' with { type: 'json' }
import { loadGerman } from './loadGerman.ts'

export type Language = 'en' | 'de'

interface Spoken {
  /** BCP 47 locale of prices, dates and numbers. */
  readonly locale: string
  readonly own: Readonly<Record<keyof typeof ENGLISH, Labels['forYou']>>
  readonly widgets: Labels
  readonly search: SearchLabels
  /** Names on screen of those departments whose name in this language differs from that in the catalog. */
  readonly departments: Readonly<Record<string, string>>
  readonly console?: Partial<ConsoleLabels>
}

const IN_ENGLISH: Spoken = {
  locale: 'en-GB',
  own: ENGLISH,
  widgets: WIDGETS,
  search: SEARCH_ENGLISH,
  departments: {},
}

let spoken = IN_ENGLISH
/** Returns a text of the shop or of the package's widgets, in the current language. */
export let words = readerOf(IN_ENGLISH)
/** Messages for the package's search box and filters; the shop replaces some of them. */
export let searchLabels = searchLabelsOf(IN_ENGLISH)
export let searchWords = wordsIn(searchLabels, IN_ENGLISH.locale)

/** Locale and messages in the current language, for the package's provider and console. */
export const inUse = (): Spoken => spoken

function readerOf({ locale, own, widgets }: Spoken) {
  return wordsIn({ ...widgets, ...own }, locale)
}

function searchLabelsOf({ own, search }: Spoken): SearchLabels {
  return {
    ...search,
    browse: own['finding.browse'],
    categories: own['finding.categories'],
    category: own['finding.category'],
  }
}

export const language = createSignal<Language>('en')

/** The language that the shopper chose; null: the browser's preference (`beforePaint.ts`). */
const chosen = createStored<Language | null>('nearside-shop.language', (value) =>
  value === 'en' || value === 'de' ? value : null,
)

let asked: Language = 'en'

/** Switches the language. Resolves to false if the language's texts could not be loaded. */
async function speak(next: Language): Promise<boolean> {
  asked = next
  let now: Spoken = IN_ENGLISH
  if (next === 'de') {
    try {
      const [{ default: own }, { default: departments }, package_] = await loadGerman()
      now = {
        locale: 'de-DE',
        own,
        departments,
        widgets: package_.GERMAN,
        search: package_.SEARCH_GERMAN,
        console: package_.CONSOLE_GERMAN,
      }
    } catch {
      return false
    }
  }
  // While this language loaded, the reader chose another, which takes precedence.
  if (asked !== next) return true
  spoken = now
  words = readerOf(now)
  searchLabels = searchLabelsOf(now)
  searchWords = wordsIn(searchLabels, now.locale)
  document.documentElement.lang = now.locale
  if (language.get() !== next) language.set(next)
  return true
}

/** Switches to the language that the reader chose. Stores the choice for later visits and for other tabs. */
export async function choose(next: Language): Promise<boolean> {
  const spoken = await speak(next)
  if (spoken) chosen.set(next)
  return spoken
}

/** Applies the language at the start, and when another tab changes it. If German can't load, the shop stays English. */
export async function followLanguage(): Promise<void> {
  chosen.subscribe(() => void speak(chosen.get() ?? 'en'))
  const { lang } = document.documentElement
  const first = chosen.get() ?? (lang.startsWith('de') ? 'de' : 'en')
  if (!(await speak(first))) await speak('en')
}
