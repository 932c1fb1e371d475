/** @module The same in German. */
import type { QUESTION_ENGLISH, SHARING_ENGLISH } from './english.ts'

const figure = (value: number) => value.toLocaleString('de-DE', { maximumSignificantDigits: 3 })

export const SHARING_GERMAN: typeof SHARING_ENGLISH = {
  wording:
    'Ab und zu sendet dieser Browser einen Beitrag: Zahlen, die sagen, wie Ihr Einkauf die Empfehlungen für alle ändern würde. Er nennt keinen Artikel, keine Suche und keine Person und ist für alle gleich groß. Er wird auf zwei Server aufgeteilt; kein Teil ist für sich lesbar. Sie veröffentlichen nur die verrauschte Summe vieler Beiträge. Dass die Empfehlungen davon besser werden, ist nicht erwiesen. Was hinzugefügt wurde, bleibt, wenn Sie aufhören.',
  terms: ({ epsilonPerReport, epsilonPerYear, delta, trust, tokens }) =>
    `Ein Beitrag kostet höchstens ε = ${figure(epsilonPerReport)}, die eines Jahres höchstens ${figure(epsilonPerYear)} (δ = ${figure(delta)}). ${
      trust === 'two-aggregators'
        ? 'Ein Beitrag geht nur an Server, die nach eigenen Angaben zwei verschiedene Stellen betreiben.'
        : 'Beide betreibt dieselbe Stelle; sie könnte einen Beitrag lesen.'
    }${tokens === 'account' ? ' Der Shop erfährt über Ihr Konto, dass Sie teilen, nicht, welcher Beitrag Ihrer ist.' : ''}`,
}

export const QUESTION_GERMAN: typeof QUESTION_ENGLISH = {
  question: 'Zum gemeinsamen Modell beitragen?',
  asks: (shop) => `${shop} fragt.`,
  onlyHere:
    'Das gilt nur hier: Ihre Daten liegen getrennt von den Seiten dieses Shops, und kein Skript dort kann für Sie antworten.',
  decline: 'Jetzt nicht',
  agree: 'Ich stimme zu',
}
