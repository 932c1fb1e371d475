/** @module The console's strings in German; no file of the console imports this one. */

import { SHARING_GERMAN } from '@nearside/browser/vault/words/german.ts'
import type { EventName } from '@nearside/core/events/event.ts'
import { GERMAN } from '../react/german.ts'
import { TECHNICAL_GERMAN } from './technical/german.ts'
import type { ConsoleLabels } from './words.ts'

const EVENTS: Readonly<Record<EventName, string>> = {
  view_item: 'Artikel, die Sie angesehen haben',
  view_item_list: 'Listen, die Ihnen gezeigt wurden',
  select_item: 'Artikel, die Sie in einer Liste angeklickt haben',
  add_to_cart: 'Artikel, in den Warenkorb gelegt',
  remove_from_cart: 'Artikel, aus dem Warenkorb genommen',
  add_to_wishlist: 'Artikel, auf die Wunschliste gesetzt',
  purchase: 'Bestellungen',
  search: 'Suchen',
}

const count = (n: number, one: string, many: string) => `${n} ${n === 1 ? one : many}`

const figure = (value: number) => value.toLocaleString('de-DE', { maximumSignificantDigits: 3 })

/** The console’s strings in German, for its `labels`. */
export const CONSOLE_GERMAN: Required<ConsoleLabels> = {
  reading: 'Das Protokoll wird gelesen …',
  unreadable: (why) => `Das Protokoll ist nicht lesbar: ${why}`,
  again: 'Noch einmal versuchen',
  wentWrong: (_, code) =>
    code ? GERMAN.trouble(code) : 'Das hat nicht geklappt. Bitte versuchen Sie es noch einmal.',

  left: 'Was hat das Gerät verlassen?',
  ordinary: 'Anfragen nach Seiten und Bildern',
  ordinaryFigure: 'Wie in jedem Shop',
  ordinaryText:
    'Jeder Webserver sieht sie: Adresse, Zeit, Ihre Netzadresse und Ihren Browser. Unser Protokoll kann sie nicht aufführen, Ihr Browser schon: siehe „Kann ich das prüfen?“',
  files: 'Dateien für die Empfehlungen',
  filesFigure: (n, asking) =>
    n || asking
      ? `${count(n, 'Datei kam an', 'Dateien kamen an')}, ${asking ? `${asking} Bytes gingen` : 'nichts ging'} hinaus`
      : 'Keine',
  filesText: (kilobytes, asked) =>
    `Die Artikel des Shops und was seine Bestellungen gelehrt haben: für alle dieselben Dateien. ${kilobytes} kB kamen an.${asked > 0 ? ` Nach den Bedingungen für das Teilen wurde ${count(asked, 'Mal', 'Mal')} gefragt.` : ''}`,
  throughRelay: 'Ein Relay überbrachte das versiegelt.',
  filesSince: (day) => `Seit ${day}.`,
  tokens: 'Berechtigungen zum Senden',
  tokensFigure: (n, bytes) => `${count(n, 'Anfrage', 'Anfragen')}, ${bytes} Bytes`,
  tokensText:
    'Ihr Browser holt eine vor jedem Beitrag. Die Bytes sind für den Server, der sie bekommt, zufällig.',
  updates: 'Geteilte Beiträge',
  updatesFigure: (n, bytes) =>
    n === 0 ? 'Keine' : `${count(n, 'Beitrag', 'Beiträge')}, ${bytes} Bytes`,
  updatesText: (n) =>
    n === 0
      ? 'Gesendet wird nur, wenn Sie zustimmen; vorher kommt der Beitrag ins Protokoll.'
      : 'Jeder stand im Protokoll, bevor sein erstes Byte das Gerät verließ. Was sie sind und was sie kosten, steht unten.',

  learnable: {
    title: 'Was könnte jemand daraus erfahren?',
    pages:
      'Welche Seiten und Bilder Sie öffnen, wann und von welcher Netzadresse. Das sieht der Server in jedem Shop. Die Dateien für die Empfehlungen sind für alle dieselben und sagen nichts über Sie.',
    tokens: (kind, byRelay) =>
      kind === 'account'
        ? 'Dass Ihr Konto mitmacht, und wann. Nicht, welcher Beitrag Ihrer ist, und nichts von dem, was Sie getan haben.'
        : byRelay
          ? 'Dass jemand mitmacht, und wann. Nur das Relay sieht Ihre Netzadresse. Nichts von dem, was Sie getan haben.'
          : 'Dass jemand an Ihrer Netzadresse mitmacht, und wann. Nichts von dem, was Sie getan haben.',
    oneUpdate: 'Ein geteilter Beitrag',
    update: (trust, byRelay) =>
      `${
        trust === 'trusted-server'
          ? 'Ein Betreiber führt beide Server und könnte ihn lesen'
          : byRelay
            ? 'Jeder Server allein sieht Zufallszahlen und die Zeit, das Relay Ihre Netzadresse. Beide Server zusammen könnten ihn lesen'
            : 'Jeder Server allein sieht Zufallszahlen, Ihre Netzadresse und die Zeit. Beide zusammen könnten ihn lesen'
      }: rund 40 Zahlen, die ungefähr sagen, was Sie interessiert hat, kein Artikel und keine Suche.`,
    manyUpdates: 'Die Summe vieler Beiträge',
    sum: (times) =>
      `Rauschen verdeckt Sie in der Summe, aber nicht vollkommen. Wer sonst alles über alle wüsste, könnte über einen Beitrag von Ihnen raten und läge in höchstens ${times} von 100 Fällen richtig; eine Münze in 50.`,
    more: 'Was wir zusagen, wie Sie es prüfen, und wo es endet',
  },

  stored: 'Was ist gespeichert?',
  storedHere:
    'Im Speicher dieses Browsers, auf diesem Gerät. Jedes Skript auf den Seiten dieses Shops könnte es lesen.',
  storedInVault:
    'Im Speicher dieses Browsers, unter einer eigenen Adresse. Skripte auf den Seiten dieses Shops können ihn nicht öffnen, aber erfragen, was hier steht.',
  storedInPage: 'Im Speicher dieser Seite. Wird sie geschlossen, ist es weg.',
  storedNothing: 'Noch nichts über Sie.',
  storedRows: 'Was hier ist, nach Art',
  kind: 'Art',
  howMany: 'Wie viele',
  when: 'Von – bis',
  remove: 'Löschen',
  show: 'Zeigen',
  learnedFrom: GERMAN.learnedFrom,
  action: GERMAN.action,
  forget: GERMAN.forget,
  forgetThis: GERMAN.forgetThis,
  showAll: GERMAN.showAll,
  event: (name) => EVENTS[name],
  learned: 'Was daraus gelernt wurde (Zahlen; sie gehen mit)',
  log: 'Das Protokoll: was gesendet, wozu zugestimmt und was gelöscht wurde',
  keptUpdates: 'Ihre letzten Beiträge (höchstens 12), damit sie geprüft werden können',
  everything: 'Alles zusammen',
  keptFor: (days = Number.POSITIVE_INFINITY) =>
    days === Number.POSITIVE_INFINITY
      ? 'Bleibt, bis Sie es löschen.'
      : `Was Sie vor mehr als ${count(days, 'Tag', 'Tagen')} getan haben, wird gelöscht, sobald dieser Shop geöffnet wird.`,
  sure: (what, actions) => `${count(actions, 'Aktion', 'Aktionen')} löschen: ${what}?`,
  sureYes: 'Ja, löschen',
  keep: 'Behalten',
  removed: (what) => `Gelöscht: ${what}.`,
  untilThen: 'Bis Sie diese Seite verlassen, können Sie es zurückholen.',
  undo: 'Rückgängig',
  restored: (what) => `Wieder da: ${what}.`,
  trial: ({ share, arm }) =>
    arm === 'interleaved'
      ? 'Dieser Shop vergleicht Listen: In manchen wählen Ihre eigene Reihenfolge und die für alle abwechselnd. Wie oft Sie mehr von der einen oder der anderen angeklickt haben, wird behalten, und mit allem zusammen gelöscht.'
      : `Dieser Shop vergleicht Listen: ${figure(100 * share)} von 100 Browsern sehen die für alle; jeder wirft dafür selbst eine Münze. Dieser sieht ${
          arm === 'personal' ? 'seine eigenen' : 'die für alle'
        }; nur das wird behalten, und mit allem zusammen gelöscht.`,
  alsoGoes:
    'Auch gespeichert, soweit vorhanden, und mit allem zusammen gelöscht: Ihre Antwort zum Teilen, die Bedingungen der Server, ein Beitrag, der noch einmal zu senden ist, ein Geheimnis für Beiträge, welches Rechenwerk schneller war, wann nach einem neueren Modell gesehen wurde.',
  alsoStays:
    'Auch dann bleiben: ein Eintrag des Protokolls (dass es geschah, wie viel geteilt wurde und was es gekostet hat), das verbrauchte Budget, ob das Lernen angehalten ist, der Schlüssel des Protokolls, Artikel, Modell und Adressen des Shops. Von hier aus nicht gelöscht: Summen mit Ihren Beiträgen, was Seiten und Server des Shops behalten, Cache und Verlauf dieses Browsers, Gelöschtes auf dem Datenträger, bis es überschrieben wird (es geht auch, wenn Sie die Websitedaten im Browser löschen).',

  agreed: 'Wozu habe ich zugestimmt?',
  agreedNothing: 'Zu nichts: Kein Beitrag wird gesendet.',
  agreedSince: (day) => `Beiträge zu teilen, seit ${day}. Sie können jederzeit aufhören.`,
  noServers: 'Zu nichts. Dieser Shop nimmt keine Beiträge an; es gibt keinen Weg, einen zu senden.',
  demonstration: SHARING_GERMAN.demonstration,
  wording: SHARING_GERMAN.wording,
  terms: SHARING_GERMAN.terms,
  agreedWords: 'Die Worte, denen Sie zugestimmt haben',
  privacyControl:
    'Dieser Browser bittet Websites, nichts zu teilen (Global Privacy Control): Kein Beitrag wird gesendet, was auch immer hier gewählt ist.',
  contribute: 'Zum gemeinsamen Modell beitragen',
  contributeNeeds: GERMAN.contributeNeeds,
  askTerms: 'Beide Server nach ihren Bedingungen fragen',
  asking: 'Beide Server werden gefragt …',
  asked: 'Das sind ihre Bedingungen.',
  given: 'Zugestimmt.',
  withdrawn: 'Widerrufen.',
  answers: 'Ihre Antworten',
  answered: (contribute, why) =>
    contribute
      ? 'zugestimmt'
      : why === 'terms'
        ? 'beendet, weil die Server mehr verlangten, als vereinbart war'
        : why === 'recipients'
          ? 'beendet, weil der Shop andere Server nannte'
          : 'widerrufen',
  sentUpdates: 'Beiträge, die neuesten zuerst',
  time: 'Zeit',
  size: 'Größe',
  bytes: (n) => `${n} Bytes`,
  cost: 'ε bis dahin',
  shares: (leader) =>
    `Jeder ging in zwei versiegelten Teilen an ${leader}: für diesen Server die Zahlen hinter einer zufälligen Maske, für den anderen der Schlüssel zur Maske.`,
  budget: (spent, most) => `Privatsphäre eines Jahres: ε = ${spent} von ${most} verbraucht`,
  hidden: (times) =>
    `In jeder einzelnen Richtung einer Summe ist das Rauschen eines Servers allein typischerweise das ${times}-Fache des größten Beitrags.`,
  guess: (times) =>
    `Wer alles andere wüsste und jede veröffentlichte Summe sähe, könnte raten, welche von zwei gegensätzlichen Reihen von Beiträgen Sie gesendet haben: höchstens ${times}-mal von 100 richtig; eine Münze liegt 50-mal richtig.`,

  check: 'Kann ich das prüfen?',
  verify: 'Das Protokoll jetzt prüfen',
  verifying: 'Jeder Eintrag wird geprüft …',
  verified: (entries, signed, last) =>
    `Das Protokoll hält: ${count(entries, 'Eintrag', 'Einträge')}, ${signed} von diesem Browser unterschrieben, zuletzt Nr. ${last}. Bis dahin wurde ohne seinen Schlüssel nichts geändert, ausgelassen oder eingeschoben; was danach kam, ist noch nicht unterschrieben.`,
  unsigned: (entries) =>
    `Das Protokoll ist in sich ganz: ${count(entries, 'Eintrag', 'Einträge')}, keiner unterschrieben. Nichts wurde geändert, ausgelassen oder eingeschoben, es sei denn, alles wurde neu gemacht. Beim Exportieren wird es unterschrieben, wenn dieser Browser das kann.`,
  broken: (entry) =>
    `Das Protokoll hält ab Eintrag ${entry} nicht: Es wurde geändert oder beschädigt.`,
  proves: 'Was das nicht beweist',
  provesText:
    'Dass der Code ehrlich war: Der eigene Code des Shops schreibt, unterschreibt und prüft das Protokoll, und ein Shop kann einem einzelnen Besucher anderen Code ausliefern. Auch nicht, dass das Ende des Protokolls nicht abgeschnitten wurde oder wer die Server betreibt. Sehen Sie also auch von außen nach.',
  tools: 'Mit den Werkzeugen Ihres Browsers',
  steps: [
    'F12 drücken, „Netzwerk“ öffnen, „Protokoll beibehalten“ ankreuzen (Firefox: „Logs nicht leeren“).',
    'Den Shop benutzen: ansehen, suchen, den Warenkorb füllen.',
    'method:POST in den Filter tippen. Was bleibt, hat einen Inhalt gesendet. Von den Empfehlungen stammt nur, was oben steht: Beiträge, Berechtigungen und, wo ein Relay sie überbringt, Fragen nach den Bedingungen.',
    '„Anwendung“ (Firefox: „Web-Speicher“), „IndexedDB“ zeigt, was gespeichert ist.',
  ],
  auditor: 'Für Prüfer',
  auditorText:
    'Exportieren Sie unten Ihre Daten. Die Datei wird ohne Netz geprüft, von unserem Code und von einem zweiten Programm, das nichts mit ihm teilt:',

  take: 'Mitnehmen',
  takeText:
    'Wer die Datei hat, kann lesen, was Sie angesehen, gesucht und gekauft haben und was gelernt wurde. Der Bericht zeigt nicht mehr als diese Seite.',
  print: 'Diese Seite als Bericht drucken',
  save: 'Meine Daten exportieren',
  saved: 'Gespeichert als my-shop-data.json.',

  transfer: 'Auf ein anderes Gerät von mir',
  transferText:
    'Eine Datei nimmt mit, was Sie in diesem Shop getan haben, aufs Handy oder auf den Computer; dort öffnet sie ein Code. Ohne ihn kann niemand die Datei lesen. Sie tragen beides selbst; diese Seite sendet nichts davon. Ihre Antwort zum Teilen bleibt hier: Teilen Sie auf beiden Geräten, so verbraucht jedes ein eigenes Budget, und was Sie mitnehmen, zählt auf beiden.',
  transferSave: 'Datei für ein anderes Gerät speichern',
  transferSealing: 'Die Datei wird versiegelt …',
  transferSaved:
    'Gespeichert als my-shop-transfer.json. Notieren Sie den Code: Er wird nicht aufgehoben.',
  transferCode: 'Der Code zu Ihrer Datei:',
  transferFile: 'Datei vom anderen Gerät',
  transferCodeOf: 'Code der Datei',
  transferBring: 'Übernehmen',
  transferReading: 'Die Datei wird geöffnet …',
  transferTaken: (n) =>
    n === 0
      ? 'Nichts darin ist hier neu.'
      : `Übernommen: ${count(n, 'Aktion', 'Aktionen')}. Oben löschen Sie sie wie alles andere.`,
  transferPaused: 'Das Lernen ist angehalten: Setzen Sie es fort, um etwas zu übernehmen.',

  technical: 'Technische Einzelheiten',
  loading: 'Wird geladen …',
  details: TECHNICAL_GERMAN,
}
