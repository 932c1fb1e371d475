/**
 * @module The shop's strings in English. `*…*` is stressed, `[…]` is the link of a sentence (`parts/Say.tsx`).
 * Other languages have the same type: a missing string does not compile.
 */

import type { ColourName, MaterialName } from '../titleFacts.ts'

const products = (n: number) => (n === 1 ? '1 product' : `${n} products`)

export const ENGLISH = {
  /** BCP 47 locale of prices, dates and numbers. */
  locale: 'en-GB',

  skip: 'Skip to content',
  tryAgain: 'Try again',
  close: 'Close',
  goToBasket: 'Go to basket',
  yourOrders: 'Your orders',
  departments: 'Departments',
  otherDepartment: 'Everything else',
  everyonesOrder: 'Everyone’s order',
  products,
  inStock: 'In stock',
  soldOut: 'Sold out',
  onRequest: 'Price on request',
  item: (code: string) => `Item ${code}`,
  quantity: 'Quantity',
  total: 'Total',
  sideBySide: 'Side by side',
  fastForward: 'Fast-forward',
  console: 'Privacy console',
  unavailable: 'Personalisation could not start. The shop works without it.',

  load: {
    answered: (status: number) => `Sorry, something went wrong at our end (error ${status}).`,
    unreachable: 'The shop could not be reached. Check your connection and try again.',
    unreadable: 'What the shop sent could not be read.',
    empty: 'The shop is empty.',
    opening: 'The shop is opening…',
    closed: 'Sorry, we’re closed for a moment',
    missingTitle: 'Not loaded',
    missing: 'This page could not be loaded',
    missingPart: 'Part of the shop is not on this device. Check your connection.',
  },

  header: {
    yours: 'Wishlist and basket',
    wishlist: (n: number) => `Wishlist, ${n}`,
    basket: (n: number) => `Basket, ${n}`,
    light: 'Light colours',
    dark: 'Dark colours',
    personalisation: 'Personalisation',
    everyones: 'Everyone’s',
    on: 'Personalisation is on: your lists are sorted on this device, by what you view and buy.',
    off: 'Personalisation is off: everyone sees the same order.',
    /** For screen readers, before the number of events it learned from. */
    whatLearned: 'What this shop learned:',
    drawer: 'What this shop learned on your device',
    toSideBySide: 'See what changed for you: side by side',
    toFastForward: 'A year of learning in seconds: fast-forward',
    toConsole: 'What left, what is stored, and how to check it: privacy console',
  },

  footer: {
    about: 'About',
    demonstration:
      'A demonstration shop: nothing is for sale, and no payment is taken. Products and prices come from the open UCI Online Retail log (CC0); pictures are illustrations.',
    wishlist: 'Wishlist',
    basket: 'Basket',
    language: 'Language',
    notLoaded: 'This language could not be loaded. Check your connection.',
  },

  home: {
    title: 'Gifts and small pleasures',
    heading: 'Little things to make your day',
    text: 'Three thousand gifts, cards, candles and curiosities. Look at something you like and the shop re-sorts itself. What it learns stays in this browser unless you share it.',
    pictures: 'A few of our products',
    because: (title: string) => `Because you looked at ${title}`,
    behind: 'How it works',
    sideBySide: 'Everyone’s list and yours: what moved between them, and why.',
    fastForward: 'A real shopper’s year in seconds: does learning help, order by order?',
    console: 'What left this device, what is stored and learned here, and how to check it.',
  },

  yourList: {
    hold: 'Hold for everyone’s list',
    baseOrder: 'This is everyone’s order. Switch to “For you” to sort it by your taste.',
    invitation: 'Everyone sees this list. Open something you like, then come back.',
    everyones: 'Everyone’s list: what a new visitor sees. Let go to see yours.',
    entered: (n: number, of: number, since: string) =>
      `${n} of these ${of} ${n === 1 ? 'is' : 'are'} new since you ${since}.`,
    // Two lines on a phone, as is reserved for it.
    reordered: (since: string) => `In a new order since you ${since}.`,
    others: (n: number, of: number) =>
      `${n} of these ${of} ${n === 1 ? 'is' : 'are'} here because of what you did in this shop.`,
    same: (of: number) => `So far, everyone sees these ${of}.`,
    view_item: (title: string) => `looked at ${title}`,
    add_to_wishlist: (title: string) => `put ${title} on your wishlist`,
    add_to_cart: (title: string) => `put ${title} in your basket`,
    purchase: (title: string) => `bought ${title}`,
    search: (query: string) => `searched for “${query}”`,
    viewed: (title: string, others: number) =>
      `looked at ${title} and ${others === 1 ? 'one other product' : `${others} other products`}`,
    earlier: (did: string, products: number, searches: number) => {
      const counted = [
        products > 0 && (products === 1 ? 'one other product' : `${products} other products`),
        searches > 0 && (searches === 1 ? 'one other search' : `${searches} other searches`),
      ]
      return `${did}, after ${counted.filter(Boolean).join(' and ')}`
    },
    learned: 'Got it, on this device only.',
    seeWhatChanged: 'See what changed',
    offline: 'Now turn off your network and keep shopping.',
    closeNote: 'Close this note',
  },

  keep: {
    question: 'Keep what this shop learns in this browser, for your next visit?',
    yes: 'Keep',
    no: 'Only this visit',
  },

  /** This shop's strings in place of the package's for search and choices. */
  finding: {
    browse: 'Browse departments',
    categories: 'Departments',
    category: 'Department',
  },
  search: {
    title: 'Search',
    hint: 'Search by product, colour, occasion, price (“under £5”) or item number.',
    tab: (query: string) => `Search: ${query}`,
    heading: (query: string) => `Results for “${query}”`,
    list: (query: string) => `Results for ${query}`,
    none: (query: string) =>
      `No products match “${query}”. Try another word or a wider price range. Meanwhile, here is what’s popular:`,
    department: (name: string) => `All ${name}`,
    bestMatch: 'Best match',
  },

  list: {
    sortBy: 'Sort by',
    cheap: 'Price: low to high',
    dear: 'Price: high to low',
    name: 'Name',
    none: 'No products match these filters.',
    showAll: (n: number) => `Show all ${n}`,
    more: (n: number, of: number) => `Show ${n} more of ${of}`,
  },

  product: {
    variants: 'Also available as',
    breadcrumb: 'Breadcrumb',
    home: 'Home',
    add: 'Add to basket',
    added: (n: number, title: string) => `${n} × ${title} added to your basket.`,
    wish: 'Add to wishlist',
    wished: 'On your wishlist',
    illustration: 'Illustration, drawn from the title',
    facts: {
      pieces: 'Pieces',
      size: 'Size',
      colours: 'Colour',
      materials: 'Material',
      prices: 'Price over a year',
      steady: (price: string) => `${price} all year`,
      range: (low: string, high: string) => `${low} to ${high}`,
      ordered: 'Ordered',
      orders: (n: number, text: string, month: string | undefined) =>
        `${n === 1 ? 'once' : `${text} times`} in a year${month ? `, most often in ${month}` : ''}`,
      code: 'Item number',
      months: [
        ...['January', 'February', 'March', 'April', 'May', 'June', 'July'],
        ...['August', 'September', 'October', 'November', 'December'],
      ],
      colour: (name: ColourName): string => (name === 'mixed' ? 'assorted' : name),
      material: (name: MaterialName): string => name,
    },
  },

  basket: {
    title: 'Your basket',
    empty: 'Your basket is empty. [Start shopping]',
    summary: 'Summary',
    checkout: 'Go to checkout',
    demonstration: 'Demonstration: no payment is taken.',
    each: (price: string) => `${price} each`,
    quantityOf: (title: string) => `Quantity of ${title}`,
    remove: 'Remove',
    removeThis: (title: string) => `Remove ${title}`,
  },

  checkout: {
    title: 'Checkout',
    demonstration:
      '*This is a demonstration.* No payment is taken, nothing is delivered, and no name, address or card is asked for. Your order stays on this device and shapes your lists. Nobody else gets it.',
    place: 'Place demo order',
    back: 'Back to basket',
    thanks: 'Thank you',
    placed: (total: string) =>
      `Your demo order of ${total} has been placed. No payment was taken. Your lists are up to date.`,
    backToShop: 'Back to the shop',
    order: 'Order',
    product: 'Product',
    price: 'Price',
  },

  orders: {
    empty: 'No orders yet. [Start shopping]',
    lead: 'Demo orders, kept on this device only. “Erase everything” in the panel removes them, too.',
    order: (n: number) => `Order ${n}`,
    gone: (n: number) => `${n} of its products ${n === 1 ? 'is' : 'are'} no longer in the shop.`,
    again: 'Buy again',
    againThis: (n: number) => `Buy again: order ${n}`,
    all: 'Everything is in your basket.',
    butFor: (n: number) => `In your basket, except for ${n} that sold out.`,
  },

  signIn: {
    title: 'Shopped here before?',
    lead: 'When you sign in, a shop can hand the orders that it has of you to your browser. Try it as one of six real shoppers whom the model has never seen: their year of orders, moved so that it ends yesterday, comes with the shop’s files, and nothing is sent.',
    whose: 'Sign in as',
    go: 'Sign in',
    signedIn: (label: string) => `Signed in as ${label}`,
    kept: 'These orders stay on this device. “Erase everything” in the panel removes them and signs you out.',
    taken: (n: number, of: number) =>
      `We used ${n} of your ${of} orders, those of the last 90 days. Your lists are up to date.`,
    nothing:
      'There is nothing new to use. Orders from before you last forgot one, or erased everything, stay forgotten on this device.',
    paused: 'Learning is paused, so no order was used.',
    failed: 'The orders could not be used. Please try again.',
  },

  wishlist: { title: 'Your wishlist', empty: 'Your wishlist is empty. [Start shopping]' },

  notFound: {
    title: 'Page not found',
    text: 'The address may be old or mistyped. [Go to the home page]',
  },

  share: {
    copy: 'Copy link',
    copied: 'Copied. The link says nothing about you.',
    byHand: 'Please copy it from the address bar.',
  },

  compare: {
    lead: 'Everyone’s order is the same for every visitor. Yours is worked out on this device, right now, from what you looked at and bought. Both are made from the same products.',
    compare: 'Compare',
    wholeShop: 'The whole shop',
    paused: 'Learning is paused: what you do now changes nothing here.',
    computing: 'Working out both lists…',
    noModel:
      'The shop’s model could not be loaded, so both lists are in the shop’s own order for now.',
    nothing:
      '*Nothing has been learned yet*, so both lists are the same. [Look at a product or two], then come back: yours will have changed.',
    same: 'So far, nothing you did changes this order: both lists are the same.',
    reordered: (of: number) => `Your top ${of} is everyone’s top ${of}, in a different order.`,
    entered: (n: number, of: number) =>
      `*${n} of your top ${of}* ${n === 1 ? 'is' : 'are'} not in everyone’s top ${of}.`,
    furthest: (title: string, from: string, to: number) =>
      `Biggest climber: *${title}*, ${from} to ${to}.`,
    yours: 'Your list',
    yoursNote: 'Sorted on this device; nobody else has it.',
    everyones: 'Everyone’s list',
    everyonesNote: 'What a new visitor sees.',
    below: (n: number, of: number) => `Not shown here: ${n} of the other list’s top ${of}`,
    up: 'up',
    down: 'down',
    fromBelow: 'from further down',
    from: (place: number) => `from place ${place}`,
    to: (place: number) => `to place ${place}`,
    belowPlace: (place: number) => `not among the first ${place}`,
    samePlace: 'same place',
  },

  replay: {
    lead: 'A real shopper’s year, replayed on this device. Before each order, everyone’s list and the list that learned here show ten products each, and are judged by what was then bought. The model was trained without these shoppers, and they are kept apart from you: nothing you did is read, and nothing here is remembered.',
    missing: 'The recorded shoppers could not be loaded.',
    unreadable: 'The recorded shoppers cannot be read.',
    loading: 'The recorded shoppers are loading…',
    reading: 'How to read it',
    measures:
      '*Quality* is 100% when the products bought are at the top of the list, less when they are further down, and 0 when none of the first ten was bought (NDCG@10). *Hits* is the share of orders for which at least one of the ten was bought. Both are averages over all orders so far. With thousands of products, and orders of a dozen or more, nobody reaches 100%.',
    lines:
      'Lines that would cover each other are drawn side by side; the table has the exact figures.',
    luck: 'One shopper proves nothing: the lines of a single year cross by chance. The six were chosen by how often they bought, not by how well their year went. The averages over all shoppers whom training never saw, with intervals, are in the project’s evaluation. Until the day the model’s data ends, it knows the season from other shoppers; after that, it knows nothing of the future.',
    toSideBySide: 'To see what changes for you, go to [Side by side].',
    keptOffline: {
      unknown: '',
      kept: 'This page works without a network: its shoppers, its scripts and the model are kept on this device.',
      'saves-data':
        'Your browser saves data, so the shoppers and scripts of this page are not fetched ahead: it works without a network once you have played a replay.',
      full: 'This device has no room for all that this page needs: without a network it will not work.',
      failed:
        'The shoppers and scripts of this page could not be kept on this device: without a network it will not work.',
    },
    noModelKept:
      'This browser keeps no model for the shop: without a network this page will not work.',
    whose: 'Whose year',
    shopper: (label: string) => label,
    orders: (n: number) => `${n} orders`,
    play: 'Play',
    pause: 'Pause',
    goOn: 'Continue',
    next: 'Next order',
    restart: 'Start again',
    speed: 'Speed',
    paces: { slow: 'Slow', normal: 'Normal', fast: 'As fast as possible' },
    show: 'Show',
    showNdcg: 'Quality (NDCG@10)',
    showHit: 'Hits in the top ten',
    allArms: 'All four ways of ranking',
    chart: (metric: string, all: boolean, n: number, of: number) =>
      `${metric} of ${all ? 'four ways of ranking' : 'everyone’s list and the one that learned here'} over ${n} of ${of} orders; the table has the figures`,
    place: (n: number, of: number, day: string) => `Order ${n} of ${of}, ${day}`,
    progress: 'Orders replayed',
    modelLoading: 'The model is loading…',
    paused: 'Paused.',
    over: 'The year is over.',
    averages: 'Averages over the orders so far',
    ranking: 'Ranking',
    ndcg: 'Quality',
    hit: 'Hits',
    dataEnds: 'model’s data ends',
    latest: 'The latest order',
    result: (hits: number, bought: number) =>
      `${hits === 0 ? 'None' : hits} of the ten that the learning model showed ${hits === 1 ? 'was' : 'were'} bought; the order held ${products(bought)}.`,
    shown: 'Shown before the order',
    besides: (n: number) => `Also bought: ${n}`,
    bought: '✓ bought',
    interrupted: 'The browser interrupted the replay. Start it again.',
    noModel: 'The model could not be loaded.',
    late: 'The model did not arrive. Check your connection and try again.',
    /** Name beside the chart's line. */
    short: {
      popular: 'Everyone',
      stale: 'Lagging',
      fresh: 'Up to date',
      personal: 'Learned here',
    },
    /** Names for readers without knowledge of machine learning. */
    arms: {
      popular: 'Everyone’s list',
      stale: 'Model, one order late',
      fresh: 'Model, up to date',
      personal: 'Model that learned here',
    },
    meanings: {
      popular: 'the shop’s own order, the same for all',
      stale: 'knows all orders but the last, like a server that hasn’t caught up',
      fresh: 'knows every order so far; nothing is learned on the device',
      personal: 'knows every order so far, and is adjusted on this device after each',
    },
  },

  serverSees: {
    title: 'What the shop’s server sees',
    requests:
      '*Ordinary requests*, as any web server gets them: when you come and, until the shop is kept on this device, the address of each page that you load: the first one, a reload, another tab. Until then, the basket and other pages with scripts or data of their own, and German, may be fetched when you first ask for them; where your browser saves data, fast-forward is fetched that way later, too. Beyond that, what you look at, search for and choose is in no request: it is shown from files that are the same for everyone, all pictures among them. Once the shop is kept, some seconds into the first visit, pages are opened from here, and the server sees only that somebody has come. Where nothing can be kept (some private windows, a full disk, a reload with Shift), it goes on seeing the addresses of pages that you load. Searches and filters stand behind a “#” in the address, which browsers don’t send; a link made elsewhere that has them behind a “?” shows them to the server, if it is asked for that page.',
  },
}

/** Strings, and functions that insert names and numbers. */
export type Words = Readonly<typeof ENGLISH>
