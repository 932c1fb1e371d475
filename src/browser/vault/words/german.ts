/** @module German words of the vault's question, and of the console for the same terms. */

import { guessesOf } from '../../guesses.ts'
import type { QUESTION_ENGLISH, SHARING_ENGLISH } from './english.ts'

const figure = (value: number) => value.toLocaleString('de-DE', { maximumSignificantDigits: 3 })

const host = (address: string) => new URL(address).host
const server = (operator: string, address: string, key: string) =>
  `${operator} (${host(address)}, Schlüssel ${key.slice(0, 8)}…)`

export const SHARING_GERMAN: typeof SHARING_ENGLISH = {
  wording:
    'Ab und zu sendet dieser Browser einen Beitrag: Zahlen, die sagen, wie Ihr Einkauf die Empfehlungen für alle ändern würde. Er nennt keinen Artikel, keine Suche und keine Person und ist für alle gleich groß. Er wird auf zwei Server aufgeteilt; kein Teil ist für sich lesbar. Dass die Empfehlungen davon besser werden, ist nicht erwiesen. Was hinzugefügt wurde, bleibt, wenn Sie aufhören.',
  demonstration:
    'Demonstration: Hier machen so wenige mit, dass ein Beitrag schlecht verdeckt ist. In einem echten Shop müssen es 1.000 Menschen je Runde sein.',
  terms: (terms) => {
    if (terms === null)
      return 'Wer Beiträge bekommt und zu welchen Bedingungen, wurden die beiden Server noch nicht gefragt.'
    const { one, year } = guessesOf(terms)
    const { leader, leaderOperator, leaderKey, helper, helperOperator, helperKey } = terms
    const { epsilonPerReport, epsilonPerYear, delta, trust, tokens, task, workBits, relay } = terms
    return [
      `Ein Teil geht an ${server(leaderOperator, leader, leaderKey)}, der andere an ${server(helperOperator, helper, helperKey)}, für „${task}“.`,
      ...(relay === undefined
        ? []
        : [
            `${host(relay)} überbringt ihn versiegelt: so sieht sie die Netzwerkadresse dieses Geräts, und die beiden Server nicht.`,
          ]),
      trust === 'two-aggregators'
        ? 'Nach eigenen Angaben sind das zwei verschiedene Stellen.'
        : 'Beide betreibt dieselbe Stelle; sie könnte einen Beitrag lesen.',
      `Sie veröffentlichen nur verrauschte Summen von mindestens ${terms.smallestCrowd} Beiträgen.`,
      `In ${terms.periodDays} Tagen gehen höchstens ${terms.maxParticipations} hinaus.`,
      `Angenommen, jemand weiß alles andere und soll raten, welchen von zwei gegensätzlichen Beiträgen Sie gesendet haben. Aus einem Beitrag liegt er höchstens ${one}-mal von 100 richtig, aus denen eines Jahres ${year}-mal. Eine Münze liegt 50-mal richtig (ε = ${figure(epsilonPerReport)} und ${figure(epsilonPerYear)}, δ = ${figure(delta)}).`,
      ...(tokens === 'account'
        ? ['Der Shop erfährt über Ihr Konto, dass Sie teilen, nicht, welcher Beitrag Ihrer ist.']
        : workBits > 0
          ? [`Jeder kostet dieses Gerät vorher etwas Rechenzeit (${workBits} Bit).`]
          : []),
      'Verschlechtert sich etwas davon, hört dieser Browser auf. Sie können dann neu zustimmen.',
    ].join(' ')
  },
}

export const QUESTION_GERMAN: typeof QUESTION_ENGLISH = {
  question: 'Zum gemeinsamen Modell beitragen?',
  asks: (shop) => `${shop} fragt.`,
  onlyHere:
    'Das gilt nur hier: Ihre Daten liegen getrennt von den Seiten dieses Shops, und kein Skript dort kann für Sie antworten.',
  decline: 'Jetzt nicht',
  agree: 'Ich stimme zu',
  apart:
    'Die Frage öffnet sich in einem eigenen Fenster. Dort kann keine Seite sie verdecken oder ändern.',
  open: 'Frage öffnen',
  blocked:
    'Der Browser hat das Fenster nicht geöffnet. Erlauben Sie dieser Seite Pop-up-Fenster und drücken Sie noch einmal.',
  hindrances: {
    small: 'Dieses Fenster ist zu klein, um die Frage zu lesen. Vergrößern Sie es, um zuzustimmen.',
    unfocused: 'Klicken Sie in dieses Fenster und lesen Sie dann die Frage.',
    early: 'Sie können zustimmen, sobald die Frage eine Sekunde lang zu sehen war.',
    still: 'Bewegen Sie den Zeiger vom Knopf weg und drücken Sie ihn dann.',
  },
}
