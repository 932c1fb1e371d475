/** @module The shop's strings in German. Titles of products and departments stay unchanged. */
import type { ColourName, MaterialName } from '../titleFacts.ts'
import type { Words } from './english.ts'

const COLOURS: Readonly<Record<ColourName, string>> = {
  red: 'Rot',
  pink: 'Rosa',
  orange: 'Orange',
  yellow: 'Gelb',
  green: 'Grün',
  turquoise: 'Türkis',
  blue: 'Blau',
  purple: 'Violett',
  brown: 'Braun',
  black: 'Schwarz',
  grey: 'Grau',
  white: 'Weiß',
  ivory: 'Elfenbein',
  silver: 'Silber',
  gold: 'Gold',
  bronze: 'Bronze',
  mixed: 'gemischt',
}

const MATERIALS: Readonly<Record<MaterialName, string>> = {
  wood: 'Holz',
  bamboo: 'Bambus',
  wicker: 'Korbgeflecht',
  metal: 'Metall',
  zinc: 'Zink',
  enamel: 'Emaille',
  glass: 'Glas',
  ceramic: 'Keramik',
  porcelain: 'Porzellan',
  slate: 'Schiefer',
  felt: 'Filz',
  wool: 'Wolle',
  cotton: 'Baumwolle',
  silk: 'Seide',
  lace: 'Spitze',
  leather: 'Leder',
  paper: 'Papier',
  plastic: 'Kunststoff',
  acrylic: 'Acryl',
  polyester: 'Polyester',
}

const products = (n: number) => `${n} Artikel`

export const GERMAN: Words = {
  locale: 'de-DE',

  skip: 'Zum Inhalt springen',
  tryAgain: 'Noch einmal versuchen',
  close: 'Schließen',
  goToBasket: 'Zum Warenkorb',
  yourOrders: 'Ihre Bestellungen',
  departments: 'Abteilungen',
  otherDepartment: 'Alles andere',
  everyonesOrder: 'Für alle',
  products,
  inStock: 'Vorrätig',
  soldOut: 'Ausverkauft',
  onRequest: 'Preis auf Anfrage',
  item: (code) => `Artikel ${code}`,
  quantity: 'Menge',
  total: 'Summe',
  sideBySide: 'Nebeneinander',
  fastForward: 'Zeitraffer',
  console: 'Datenschutz-Konsole',
  unavailable:
    'Die Personalisierung konnte nicht gestartet werden. Der Shop funktioniert auch ohne sie.',

  load: {
    answered: (status) => `Bei uns ist leider etwas schiefgegangen (Fehler ${status}).`,
    unreachable:
      'Der Shop ist nicht erreichbar. Prüfen Sie Ihre Verbindung und versuchen Sie es noch einmal.',
    unreadable: 'Was der Shop gesendet hat, ist nicht lesbar.',
    empty: 'Der Katalog des Shops ist leer.',
    opening: 'Der Shop wird geöffnet …',
    closed: 'Leider ist der Shop gerade geschlossen',
    missingTitle: 'Nicht geladen',
    missing: 'Diese Seite konnte nicht geladen werden',
    missingPart: 'Ein Teil des Shops ist nicht auf diesem Gerät. Prüfen Sie Ihre Verbindung.',
  },

  header: {
    yours: 'Wunschliste und Warenkorb',
    wishlist: (n) => `Wunschliste, ${n}`,
    basket: (n) => `Warenkorb, ${n}`,
    light: 'Helle Farben',
    dark: 'Dunkle Farben',
    personalisation: 'Personalisierung',
    everyones: 'Für alle',
    on: 'Die Personalisierung ist an: Ihre Listen werden auf diesem Gerät sortiert, nach dem, was Sie ansehen und kaufen.',
    off: 'Die Personalisierung ist aus: Alle sehen dieselbe Reihenfolge.',
    whatLearned: 'Was dieser Shop gelernt hat:',
    drawer: 'Was dieser Shop auf Ihrem Gerät gelernt hat',
    toSideBySide: 'Was sich für Sie geändert hat: nebeneinander',
    toFastForward: 'Ein Jahr Lernen in Sekunden: Zeitraffer',
    toConsole: 'Was gesendet wurde, was gespeichert ist und wie Sie es prüfen: Datenschutz-Konsole',
  },

  footer: {
    about: 'Über den Shop',
    demonstration:
      'Ein Shop zur Vorführung: Nichts wird verkauft, keine Zahlung wird angenommen. Artikel und Preise stammen aus dem offenen Datensatz UCI Online Retail (CC0), die Bilder sind Illustrationen.',
    wishlist: 'Wunschliste',
    basket: 'Warenkorb',
    language: 'Sprache',
    notLoaded: 'Diese Sprache konnte nicht geladen werden. Prüfen Sie Ihre Verbindung.',
  },

  home: {
    title: 'Geschenke und kleine Freuden',
    heading: 'Kleine Dinge, die den Tag verschönern',
    text: 'Dreitausend Geschenke, Karten, Kerzen und Kuriositäten. Sehen Sie sich an, was Ihnen gefällt, und der Shop sortiert sich neu. Was er dabei lernt, bleibt in diesem Browser, wenn Sie es nicht teilen.',
    pictures: 'Einige unserer Artikel',
    because: (title) => `Weil Sie ${title} angesehen haben`,
    behind: 'So funktioniert es',
    sideBySide: 'Die Liste für alle und Ihre: was sich verschoben hat und warum.',
    fastForward:
      'Das Jahr eines echten Kunden in Sekunden: Hilft das Lernen, Bestellung für Bestellung?',
    console:
      'Was dieses Gerät verlassen hat, was hier gespeichert und gelernt wurde und wie Sie es prüfen.',
  },

  yourList: {
    hold: 'Halten: Liste für alle',
    baseOrder:
      'Das ist die Reihenfolge für alle. Mit „Für Sie“ wird sie nach Ihrem Geschmack sortiert.',
    invitation:
      'Diese Liste sehen alle. Öffnen Sie etwas, das Ihnen gefällt, und kommen Sie zurück.',
    everyones: 'Die Liste für alle: was neue Besucher sehen. Loslassen zeigt wieder Ihre.',
    entered: (n, of, since) =>
      `${n} von diesen ${of} ${n === 1 ? 'ist' : 'sind'} neu, seit Sie ${since}.`,
    reordered: (since) => `In neuer Reihenfolge, seit Sie ${since}.`,
    others: (n, of) =>
      `${n} von diesen ${of} ${n === 1 ? 'steht' : 'stehen'} hier, weil Sie hier schon etwas getan haben.`,
    same: (of) => `Bisher sehen alle diese ${of}.`,
    view_item: (title) => `${title} angesehen haben`,
    add_to_wishlist: (title) => `${title} auf die Wunschliste gesetzt haben`,
    add_to_cart: (title) => `${title} in den Warenkorb gelegt haben`,
    purchase: (title) => `${title} gekauft haben`,
    search: (query) => `nach „${query}“ gesucht haben`,
    viewed: (title, others) =>
      `${title} und ${others === 1 ? 'einen weiteren Artikel' : `${others} weitere Artikel`} angesehen haben`,
    earlier: (did, products, searches) => {
      const counted = [
        products > 0 &&
          (products === 1 ? 'einem weiteren Artikel' : `${products} weiteren Artikeln`),
        searches > 0 && (searches === 1 ? 'einer weiteren Suche' : `${searches} weiteren Suchen`),
      ]
      return `${did}, nach ${counted.filter(Boolean).join(' und ')}`
    },
    learned: 'Gemerkt, nur auf diesem Gerät.',
    seeWhatChanged: 'Was sich geändert hat',
    offline: 'Schalten Sie jetzt das Netz aus und stöbern Sie weiter.',
    closeNote: 'Hinweis schließen',
  },

  keep: {
    question: 'Soll dieser Browser für Ihren nächsten Besuch behalten, was der Shop lernt?',
    yes: 'Behalten',
    no: 'Nur dieser Besuch',
  },

  finding: {
    browse: 'In Abteilungen stöbern',
    categories: 'Abteilungen',
    category: 'Abteilung',
  },
  search: {
    title: 'Suche',
    hint: 'Suchen Sie nach Artikel, Farbe, Anlass, Preis („under £5“) oder Artikelnummer, auf Englisch.',
    tab: (query) => `Suche: ${query}`,
    heading: (query) => `Ergebnisse für „${query}“`,
    list: (query) => `Ergebnisse für ${query}`,
    none: (query) =>
      `Kein Artikel passt zu „${query}“. Versuchen Sie ein anderes englisches Wort oder mehr Spielraum beim Preis. Hier ist inzwischen, was bei allen beliebt ist:`,
    department: (name) => `Alles in ${name}`,
    bestMatch: 'Beste Treffer',
  },

  list: {
    sortBy: 'Sortieren',
    cheap: 'Preis: aufsteigend',
    dear: 'Preis: absteigend',
    name: 'Name',
    none: 'Kein Artikel passt zu diesen Filtern.',
    showAll: (n) => `Alle ${n} zeigen`,
    more: (n, of) => `${n} weitere von ${of} zeigen`,
  },

  product: {
    variants: 'Auch erhältlich als',
    breadcrumb: 'Sie sind hier',
    home: 'Startseite',
    add: 'In den Warenkorb',
    added: (n, title) => `${n} × ${title} ${n === 1 ? 'liegt' : 'liegen'} jetzt im Warenkorb.`,
    wish: 'Auf die Wunschliste',
    wished: 'Auf Ihrer Wunschliste',
    illustration: 'Illustration, nach dem Titel gezeichnet',
    facts: {
      pieces: 'Stück',
      size: 'Größe',
      colours: 'Farbe',
      materials: 'Material',
      prices: 'Preis im Jahr',
      steady: (price) => `das ganze Jahr ${price}`,
      range: (low, high) => `${low} bis ${high}`,
      ordered: 'Bestellt',
      orders: (n, text, month) =>
        `${n === 1 ? 'einmal' : `${text}-mal`} in einem Jahr${month ? `, am häufigsten im ${month}` : ''}`,
      code: 'Artikelnummer',
      months: [
        ...['Januar', 'Februar', 'März', 'April', 'Mai', 'Juni', 'Juli'],
        ...['August', 'September', 'Oktober', 'November', 'Dezember'],
      ],
      colour: (name) => COLOURS[name],
      material: (name) => MATERIALS[name],
    },
  },

  basket: {
    title: 'Ihr Warenkorb',
    empty: 'Ihr Warenkorb ist leer. [Jetzt stöbern]',
    summary: 'Übersicht',
    checkout: 'Zur Kasse',
    demonstration: 'Vorführung: Es wird keine Zahlung angenommen.',
    each: (price) => `${price} pro Stück`,
    quantityOf: (title) => `Menge von ${title}`,
    remove: 'Entfernen',
    removeThis: (title) => `${title} entfernen`,
  },

  checkout: {
    title: 'Kasse',
    demonstration:
      '*Dies ist eine Vorführung.* Es wird keine Zahlung angenommen, nichts wird geliefert, und weder Name noch Adresse oder Karte werden verlangt. Ihre Bestellung bleibt auf diesem Gerät und prägt Ihre Listen. Niemand sonst bekommt sie.',
    place: 'Probebestellung aufgeben',
    back: 'Zurück zum Warenkorb',
    thanks: 'Vielen Dank',
    placed: (total) =>
      `Ihre Probebestellung über ${total} ist aufgegeben. Es wurde nichts bezahlt. Ihre Listen sind auf dem neuesten Stand.`,
    backToShop: 'Zurück zum Shop',
    order: 'Bestellung',
    product: 'Artikel',
    price: 'Preis',
  },

  orders: {
    empty: 'Noch keine Bestellungen. [Jetzt stöbern]',
    lead: 'Probebestellungen, nur auf diesem Gerät gespeichert. „Alles löschen“ im Seitenfenster entfernt auch sie.',
    order: (n) => `Bestellung ${n}`,
    gone: (n) =>
      n === 1
        ? 'Einer der Artikel ist nicht mehr im Shop.'
        : `${n} der Artikel sind nicht mehr im Shop.`,
    again: 'Noch einmal kaufen',
    againThis: (n) => `Noch einmal kaufen: Bestellung ${n}`,
    all: 'Alles liegt im Warenkorb.',
    butFor: (n) =>
      `Im Warenkorb, bis auf ${n === 1 ? 'einen ausverkauften' : `${n} ausverkaufte`} Artikel.`,
  },

  signIn: {
    title: 'Schon einmal hier eingekauft?',
    lead: 'Wenn Sie sich anmelden, kann ein Shop Ihrem Browser Ihre früheren Bestellungen übergeben. Probieren Sie es als einer von sechs echten Kunden, die das Modell nie gesehen hat: Deren Bestellungen eines Jahres, so verschoben, dass es gestern endet, kommen mit den Dateien des Shops, und nichts wird gesendet.',
    whose: 'Anmelden als',
    go: 'Anmelden',
    signedIn: (label) => `Angemeldet als ${label}`,
    kept: 'Diese Bestellungen bleiben auf diesem Gerät. „Alles löschen“ im Seitenfenster entfernt sie und meldet Sie ab.',
    taken: (n, of) =>
      `${n} Ihrer ${of} Bestellungen übernommen, die der letzten 90 Tage. Ihre Listen sind auf dem neuesten Stand.`,
    nothing:
      'Es gab nichts Neues zu übernehmen. Was bestellt wurde, bevor Sie zuletzt eine Bestellung vergessen oder alles gelöscht haben, bleibt auf diesem Gerät vergessen.',
    paused: 'Das Lernen ist angehalten, deshalb wurde keine Bestellung übernommen.',
    failed: 'Die Bestellungen konnten nicht übernommen werden. Bitte versuchen Sie es noch einmal.',
  },

  wishlist: { title: 'Ihre Wunschliste', empty: 'Ihre Wunschliste ist leer. [Jetzt stöbern]' },

  notFound: {
    title: 'Seite nicht gefunden',
    text: 'Die Adresse ist vielleicht veraltet oder vertippt. [Zur Startseite]',
  },

  share: {
    copy: 'Link kopieren',
    copied: 'Kopiert. Der Link verrät nichts über Sie.',
    byHand: 'Bitte kopieren Sie ihn aus der Adresszeile.',
  },

  compare: {
    lead: 'Die allgemeine Reihenfolge sieht jeder gleich. Ihre wird gerade auf diesem Gerät berechnet, aus dem, was Sie angesehen und gekauft haben. Beide werden aus denselben Artikeln gebildet.',
    compare: 'Vergleichen',
    wholeShop: 'Der ganze Shop',
    paused: 'Das Lernen ist pausiert: Was Sie jetzt tun, ändert hier nichts.',
    computing: 'Beide Listen werden berechnet …',
    noModel:
      'Das Modell des Shops konnte nicht geladen werden; beide Listen stehen vorerst in der Reihenfolge des Katalogs.',
    nothing:
      '*Noch wurde nichts gelernt*, darum sind beide Listen gleich. [Sehen Sie sich ein oder zwei Artikel an] und kommen Sie zurück: Dann hat sich Ihre geändert.',
    same: 'Bisher ändert nichts, was Sie getan haben, diese Reihenfolge: Beide Listen sind gleich.',
    reordered: (of) => `Ihre ersten ${of} sind die ersten ${of} für alle, in anderer Reihenfolge.`,
    entered: (n, of) =>
      `*${n} Ihrer ersten ${of}* ${n === 1 ? 'steht' : 'stehen'} nicht unter den ersten ${of} für alle.`,
    furthest: (title, from, to) => `Am weitesten gestiegen: *${title}*, ${from} auf ${to}.`,
    yours: 'Ihre Liste',
    yoursNote: 'Auf diesem Gerät sortiert; sonst hat sie niemand.',
    everyones: 'Die Liste für alle',
    everyonesNote: 'Was neue Besucher sehen.',
    below: (n, of) => `Hier nicht dabei: ${n} der ersten ${of} der anderen Liste`,
    up: 'aufwärts',
    down: 'abwärts',
    fromBelow: 'von weiter unten',
    from: (place) => `von Platz ${place}`,
    to: (place) => `auf Platz ${place}`,
    belowPlace: (place) => `nicht unter den ersten ${place}`,
    samePlace: 'gleicher Platz',
  },

  replay: {
    lead: 'Das Jahr eines echten Kunden, auf diesem Gerät nachgespielt. Vor jeder Bestellung zeigen die Liste für alle und die Liste, die hier gelernt hat, je zehn Artikel und werden an dem gemessen, was dann gekauft wurde. Das Modell wurde ohne diese Kunden trainiert, und sie sind von Ihnen getrennt: Nichts, was Sie getan haben, wird gelesen, und nichts von hier wird gespeichert.',
    missing: 'Die aufgezeichneten Kunden konnten nicht geladen werden.',
    unreadable: 'Die aufgezeichneten Kunden sind nicht lesbar.',
    loading: 'Die aufgezeichneten Kunden werden geladen …',
    reading: 'Wie man das liest',
    measures:
      '*Güte* ist 100 %, wenn die gekauften Artikel oben auf der Liste stehen, weniger, wenn sie weiter unten stehen, und 0, wenn keiner der ersten zehn gekauft wurde (NDCG@10). *Treffer* ist der Anteil der Bestellungen, bei denen mindestens einer der zehn gekauft wurde. Beides sind Mittel über alle bisherigen Bestellungen. Bei Tausenden von Artikeln und Bestellungen mit einem Dutzend oder mehr erreicht niemand 100 %.',
    lines:
      'Linien, die einander verdecken würden, sind nebeneinander gezeichnet; die genauen Zahlen stehen in der Tabelle.',
    luck: 'Ein Kunde beweist nichts: Die Linien eines Jahres kreuzen sich durch Zufall. Die sechs wurden danach ausgewählt, wie oft sie gekauft haben, nicht danach, wie gut es läuft. Die Mittel über alle Kunden, die das Training nie gesehen hat, stehen mit Intervallen in der Auswertung des Projekts. Bis zu dem Tag, an dem die Daten des Modells enden, kennt es die Saison von anderen Kunden; danach weiß es nichts von der Zukunft.',
    toSideBySide: 'Was sich für Sie ändert, zeigt [Nebeneinander].',
    keptOffline: {
      unknown: '',
      kept: 'Diese Seite funktioniert ohne Netz: Die Kunden, die Skripte und das Modell sind auf diesem Gerät gespeichert.',
      'saves-data':
        'Ihr Browser spart Daten, darum werden die Kunden und Skripte dieser Seite nicht im Voraus geladen: Sie funktioniert ohne Netz, sobald Sie einmal etwas abgespielt haben.',
      full: 'Auf diesem Gerät ist nicht genug Platz für alles, was diese Seite braucht: Ohne Netz wird sie nicht funktionieren.',
      failed:
        'Die Kunden und Skripte dieser Seite konnten nicht auf diesem Gerät gespeichert werden: Ohne Netz wird sie nicht funktionieren.',
    },
    noModelKept:
      'Dieser Browser speichert kein Modell für den Shop: Ohne Netz wird diese Seite nicht funktionieren.',
    whose: 'Wessen Jahr',
    shopper: (label) => label.replace('Shopper', 'Kunde'),
    orders: (n) => `${n} Bestellungen`,
    play: 'Abspielen',
    pause: 'Anhalten',
    goOn: 'Weiter',
    next: 'Nächste Bestellung',
    restart: 'Von vorn',
    speed: 'Tempo',
    paces: { slow: 'Langsam', normal: 'Mittel', fast: 'So schnell wie möglich' },
    show: 'Zeigen',
    showNdcg: 'Güte (NDCG@10)',
    showHit: 'Treffer unter zehn',
    allArms: 'Alle vier Rangfolgen',
    chart: (metric, all, n, of) =>
      `${metric}: ${all ? 'vier Rangfolgen' : 'die Liste für alle und die, die hier gelernt hat'}, über ${n} von ${of} Bestellungen; die Zahlen stehen in der Tabelle`,
    place: (n, of, day) => `Bestellung ${n} von ${of}, ${day}`,
    progress: 'Nachgespielte Bestellungen',
    modelLoading: 'Das Modell wird geladen …',
    paused: 'Angehalten.',
    over: 'Das Jahr ist vorbei.',
    averages: 'Mittel über die bisherigen Bestellungen',
    ranking: 'Rangfolge',
    ndcg: 'Güte',
    hit: 'Treffer',
    dataEnds: 'Ende der Modelldaten',
    latest: 'Die letzte Bestellung',
    result: (hits, bought) =>
      `${['Keiner', 'Einer'][hits] ?? hits} der zehn Artikel, die das lernende Modell zeigte, ${hits > 1 ? 'wurden' : 'wurde'} gekauft; die Bestellung enthielt ${products(bought)}.`,
    shown: 'Vor der Bestellung gezeigt',
    besides: (n) => `Außerdem gekauft: ${n}`,
    bought: '✓ gekauft',
    interrupted: 'Der Browser hat das Abspielen unterbrochen. Bitte starten Sie es noch einmal.',
    noModel: 'Das Modell konnte nicht geladen werden.',
    late: 'Das Modell ist nicht angekommen. Prüfen Sie Ihre Verbindung und versuchen Sie es noch einmal.',
    short: {
      popular: 'Für alle',
      stale: 'Hinterher',
      fresh: 'Aktuell',
      personal: 'Hier gelernt',
    },
    arms: {
      popular: 'Liste für alle',
      stale: 'Modell, eine Bestellung zurück',
      fresh: 'Modell, aktuell',
      personal: 'Modell, das hier gelernt hat',
    },
    meanings: {
      popular: 'die eigene Reihenfolge des Shops, für alle gleich',
      stale: 'kennt alle Bestellungen bis auf die letzte, wie ein Server, der hinterher ist',
      fresh: 'kennt alle bisherigen Bestellungen; auf dem Gerät wird nichts gelernt',
      personal: 'kennt alle bisherigen Bestellungen und wird nach jeder auf diesem Gerät angepasst',
    },
  },

  serverSees: {
    title: 'Was der Server des Shops sieht',
    requests:
      '*Gewöhnliche Anfragen*, wie jeder Webserver: wann Sie kommen und, bis der Shop auf diesem Gerät gespeichert ist, die Adresse jeder Seite, die Sie laden: die erste, eine neu geladene, eine in einem anderen Tab. Bis dahin werden der Warenkorb und andere Seiten mit eigenen Skripten oder Daten, und Deutsch, womöglich erst geholt, wenn Sie zum ersten Mal danach fragen; spart Ihr Browser Daten, gilt das beim Zeitraffer auch später. Darüber hinaus steht in keiner Anfrage, was Sie ansehen, suchen und wählen: Es wird aus Dateien gezeigt, die für alle gleich sind, auch alle Bilder. Ist der Shop gespeichert, einige Sekunden nach Beginn des ersten Besuchs, so werden Seiten von hier geöffnet, und der Server sieht nur, dass jemand gekommen ist. Wo nichts gespeichert werden kann (in manchen privaten Fenstern, bei vollem Speicher, beim Neuladen mit der Umschalttaste), sieht er weiter die Adressen der Seiten, die Sie laden. Suchen und Filter stehen hinter einem „#“ in der Adresse, das Browser nicht senden; ein anderswo erstellter Link, der sie hinter einem „?“ trägt, zeigt sie dem Server, wenn diese Seite bei ihm angefordert wird.',
  },
}
