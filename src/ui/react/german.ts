/**
 * @module The strings of widgets and panel in German. No widget imports this file: a shop in German passes it to
 * the provider.
 */

import { SHARING_GERMAN } from '@nearside/browser/vault/words/german.ts'
import type { EventName } from '@nearside/core/events/event.ts'
import type { Signal } from '@nearside/core/ranking/apiLists.ts'
import type { Labels, Wish } from './labels.ts'

const count = (n: number, one: string, many: string) =>
  `${n < 1000 ? n : n.toLocaleString('de-DE')} ${n === 1 ? one : many}`

const DID: Readonly<Record<Signal, (title: string) => string>> = {
  viewed: (title) => `${title} angesehen`,
  wished: (title) => `${title} auf die Wunschliste gesetzt`,
  basket: (title) => `${title} in den Warenkorb gelegt`,
  bought: (title) => `${title} gekauft`,
}

const DONE: Readonly<Record<Signal, string>> = {
  viewed: 'Angesehen',
  wished: 'Auf die Wunschliste gesetzt',
  basket: 'In den Warenkorb gelegt',
  bought: 'Gekauft',
}

const TROUBLE: Readonly<Record<string, string>> = {
  consent: 'Nicht zugestimmt: Nichts wird geteilt.',
  engine: 'Das Lernen ist fehlgeschlagen. Das bisher Gelernte bleibt.',
  model: 'Neuere Listen konnten nicht geladen werden.',
  storage: 'Nicht alles konnte gespeichert werden.',
  terms: 'Nichts wird geteilt: Die Server dieses Shops würden Ihren Beitrag zu schlecht verdecken.',
  'storage-corrupt': 'Etwas in diesem Browser Gespeichertes ist nicht mehr lesbar.',
  'transfer-foreign': 'Die Datei ist aus einem anderen Shop: Nichts wurde übernommen.',
  'transfer-invalid':
    'Das ist keine Datei, die ein Shop für ein anderes Gerät gespeichert hat: Nichts wurde übernommen.',
  'transfer-locked':
    'Der Code öffnet diese Datei nicht, oder sie wurde verändert: Nichts wurde übernommen.',
}

const FAILED: Readonly<Record<Wish, string>> = {
  contribute: 'Ihre Wahl konnte nicht gespeichert werden. Bitte versuchen Sie es noch einmal.',
  persist:
    'Das ging in Ihrem Browser nicht. Was Sie auf dieser Seite getan haben, bleibt, bis Sie sie schließen. Bitte versuchen Sie es noch einmal.',
  unpersist:
    'Es konnte nicht gelöscht werden und ist noch in diesem Browser. Versuchen Sie es noch einmal, oder löschen Sie die Daten dieser Website.',
  terms: 'Die Server antworten gerade nicht. Bitte versuchen Sie es später noch einmal.',
  pause:
    'Ihre Wahl konnte nicht gespeichert werden. Was gilt, solange diese Seite offen ist, zeigt der Knopf.',
  resume:
    'Ihre Wahl konnte nicht gespeichert werden. Was gilt, solange diese Seite offen ist, zeigt der Knopf.',
  forget: 'Das konnte nicht vergessen werden. Bitte versuchen Sie es noch einmal.',
  'forget-disk':
    'Es ist nur in diesem Tab vergessen: Ihr Browser hat das Gespeicherte nicht gelöscht, beim nächsten Besuch ist es wieder da. Bitte versuchen Sie es dann noch einmal.',
  undo: 'Das konnte nicht zurückgeholt werden.',
  export: 'Ihre Daten konnten nicht exportiert werden. Bitte versuchen Sie es noch einmal.',
  erase: 'Nicht alles konnte gelöscht werden. Bitte versuchen Sie es noch einmal.',
}

const EVENTS: Readonly<Record<EventName, readonly [one: string, many: string]>> = {
  view_item: ['Ansicht', 'Ansichten'],
  view_item_list: ['gezeigte Liste', 'gezeigte Listen'],
  select_item: ['Klick', 'Klicks'],
  add_to_cart: ['Griff in den Warenkorb', 'Griffe in den Warenkorb'],
  remove_from_cart: ['Entnahme aus dem Warenkorb', 'Entnahmen aus dem Warenkorb'],
  add_to_wishlist: ['Eintrag auf der Wunschliste', 'Einträge auf der Wunschliste'],
  purchase: ['Kauf', 'Käufe'],
  search: ['Suche', 'Suchen'],
}

const listed = (parts: readonly string[]): string =>
  [parts.slice(0, -1).join(', '), parts.at(-1)].filter(Boolean).join(' und ')

const ACTIONS: Readonly<Record<EventName, string>> = {
  view_item: 'Angesehen',
  view_item_list: 'In einer Liste gezeigt',
  select_item: 'In einer Liste angeklickt',
  add_to_cart: 'In den Warenkorb gelegt',
  remove_from_cart: 'Aus dem Warenkorb genommen',
  add_to_wishlist: 'Auf die Wunschliste gesetzt',
  purchase: 'Gekauft',
  search: 'Gesucht',
}

/** The widgets’ and the panel’s strings in German, for `labels` of the provider or of `provide`. */
export const GERMAN: Labels = {
  forYou: 'Für Sie',
  similar: 'Ähnliche Artikel',
  boughtTogether: 'Oft zusammen gekauft',
  recentlyViewed: 'Zuletzt angesehen',
  buyAgain: 'Noch einmal kaufen',
  newForYou: 'Neu für Sie',
  onYourMind: 'Noch im Sinn?',
  bestSellers: 'Bestseller',
  newArrivals: 'Neu eingetroffen',
  basket: 'Passt zu Ihrem Warenkorb',
  dearer: 'Ähnlich, zu höherem Preis',
  listUpdated: (title) => `${title}: Liste aktualisiert`,

  learnedFrom: (actions) =>
    actions === 0 ? 'Noch nichts gelernt' : `Aus ${count(actions, 'Aktion', 'Aktionen')} gelernt`,
  learningPaused: 'Das Lernen ist angehalten',
  resume: 'Lernen fortsetzen',

  because: (title, signal) => `Weil Sie ${DID[signal](title)} haben`,
  did: (title, signal) => `${DONE[signal]}: ${title}`,
  something: 'einen anderen Artikel',
  similarTo: (title) => `Ähnlich wie ${title}`,
  boughtWith: (title) => `Oft gekauft mit: ${title}`,
  searched: (query) => `Sie haben nach „${query}“ gesucht`,
  'bought-before': 'Das haben Sie schon einmal gekauft',
  category: (category) => `Sie haben in ${category} gestöbert`,
  taste: 'Wegen Ihrer letzten Auswahl',
  context: (name, value) => `Gerade beliebt (${name}: ${value})`,
  offer: 'Günstiger als sonst',
  new: 'Neu im Shop',
  popular: 'Ein Bestseller',
  chosen: 'Vom Shop ausgewählt',
  'shop-order': 'In der üblichen Reihenfolge des Shops',
  trouble: (code) =>
    TROUBLE[code] ??
    TROUBLE[code.split('-')[0]] ??
    'Etwas ist schiefgegangen; der Shop funktioniert weiter.',
  higher: (places) => `${count(places, 'Platz', 'Plätze')} höher als für alle`,
  lower: (places) => `${count(places, 'Platz', 'Plätze')} tiefer als für alle`,

  lead: 'Dieser Shop sortiert seine Listen auf Ihrem Gerät, nach dem, was Sie ansehen, suchen und kaufen. Nichts davon wird gesendet, außer Sie teilen es. Wie bei jeder Website sieht der Server des Shops, welche Seiten und Dateien Ihr Browser anfordert.',
  storedNothing: 'Über Sie ist nichts gespeichert.',
  storedOneByOne: (actions) =>
    `${count(actions, 'gespeicherte Aktion', 'gespeicherte Aktionen')}, einzeln`,
  action: ACTIONS,
  showAll: (n) => `Alle ${n} zeigen`,
  forget: 'Vergessen',
  forgetThis: (name) => `${name} vergessen`,
  forgetGoes: (name, events, others) => {
    const parts = (Object.keys(EVENTS) as EventName[]).flatMap((event) => {
      const n = events[event] ?? 0
      return n === 0 ? [] : count(n, ...EVENTS[event])
    })
    if (parts.length === 0) return `Zu ${name} ist nichts gespeichert.`
    const products = count(others, 'anderen Artikel', 'anderen Artikeln')
    const whole = ` Ein Kauf wird als Ganzes gelöscht, mit ${products}.`
    return `Wird ${name} vergessen, so wird gelöscht: ${listed(parts)}.${others > 0 ? whole : ''}`
  },
  forgetSure: 'Ja, vergessen',
  forgotten: (name) =>
    `${name} wurde vergessen. Bis Sie dies schließen, können Sie es zurückholen.`,
  undo: 'Rückgängig',
  restored: (name) => `${name} ist wieder da.`,
  failed: (wish) => FAILED[wish],

  kept: 'Gespeichert',
  keptHere: 'In diesem Browser, auf diesem Gerät',
  keptInPage: 'Nur bis Sie diese Seite schließen',
  keep: 'In diesem Browser behalten, was der Shop lernt',
  keepText:
    'An: Beim nächsten Besuch ist es noch da. Aus: Es wird aus diesem Browser gelöscht und bleibt, bis Sie diese Seite schließen.',
  computedWith: 'Berechnet mit',
  starting: 'Wird gestartet …',
  noEngine: 'Noch nichts',
  engineIdle: (engine) => `${engine}, beim letzten Lernen`,
  engineOn: (engine, device) => `${engine} auf ${device}`,
  lastLearned: 'Zuletzt gelernt',
  learningNow: (done, steps) => `Lernt gerade: Schritt ${done} von ${steps}`,
  waiting: 'Pausiert, um Akku oder Daten zu sparen',
  notLearned: 'Noch nicht. Ein paar Klicks genügen.',
  learnedIn: (milliseconds, engine) => `In ${milliseconds} ms, mit ${engine}`,
  check: 'Personalisierung',
  checkPaused: 'Pausiert: Es wird nichts Neues gelernt',
  checkNothing: 'An, noch nicht geprüft',
  checkInUse: 'An. Geprüft an Ihren letzten Entscheidungen',
  checkOff: 'Aus: Die Reihenfolge für alle passte besser zu Ihren letzten Entscheidungen',

  shared: (bytes) => (bytes === null ? 'Nichts geteilt' : `${bytes} Bytes geteilt`),
  sharedIn: (reports, epsilon) =>
    ` in ${count(reports, 'Beitrag', 'Beiträgen')}${
      epsilon === null ? '' : `, Verlust an Privatsphäre ε = ${epsilon}`
    }`,
  help: 'Dem Shop beim Lernen helfen',
  helpText:
    'Ab und zu sendet Ihr Gerät einen Beitrag, kleine Korrekturen für das gemeinsame Modell: keine Klicks, Artikel, Suchen oder Namen. Er wird auf eine feste Größe gekürzt und auf zwei Server aufgeteilt. Keine der Hälften ist für sich lesbar; die Server zählen Hälften zusammen und verwischen die Summe. Dass die Empfehlungen davon besser werden, ist nicht erwiesen. Sie können jederzeit aufhören; was hinzugefügt wurde, bleibt.',
  demonstration: SHARING_GERMAN.demonstration,
  terms: SHARING_GERMAN.terms,
  used: (spent) => `Im letzten Jahr verbraucht: ε = ${spent}.`,
  askTerms: 'Beide Server fragen, wer sie sind',
  privacyControl:
    'Ihr Browser bittet Websites, nichts zu teilen (Global Privacy Control): Es wird nichts gesendet.',
  contribute: 'Zum gemeinsamen Modell beitragen',
  contributeNeeds: 'Dafür muss dieser Browser behalten, was der Shop lernt.',
  onSince: (date) => `An seit ${date}.`,

  yourData: 'Ihre Daten',
  pause: 'Lernen anhalten',
  exportData: 'Meine Daten exportieren',
  exportHolds:
    'Wer die Datei hat, kann lesen, was Sie angesehen, gesucht und gekauft haben und was gelernt wurde.',
  erase: 'Alles löschen',
  eraseSure: (actions) => `Ja, alles löschen: ${count(actions, 'Aktion', 'Aktionen')}`,
  eraseKeep: 'Behalten',
  erased:
    'Gelöscht. Ein Eintrag des Protokolls bleibt: dass es geschah, wie viel geteilt wurde und was es gekostet hat.',
}
