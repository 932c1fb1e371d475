/** @module German words for widgets, developer panel and privacy console; a shop passes them as `labels`. */
import sharing from '@nearside/browser/vault/messages/sharing.de.json' with { type: 'json' }
import own from '@nearside/ui/messages/console.de.json' with { type: 'json' }
import type { ConsoleLabels } from '@nearside/ui/messages/console.ts'
import lists from '@nearside/ui/messages/lists.de.json' with { type: 'json' }
import panel from '@nearside/ui/messages/panel.de.json' with { type: 'json' }
import type { Labels } from '@nearside/ui/messages/panel.ts'
import search from '@nearside/ui/messages/search.de.json' with { type: 'json' }
import type { SearchLabels } from '@nearside/ui/messages/search.ts'
import stored from '@nearside/ui/messages/stored.de.json' with { type: 'json' }
import details from '@nearside/ui/messages/technical.de.json' with { type: 'json' }

/** The widgets’ and the panel’s messages in German, for `labels` of the provider or of `provide`. */
export const GERMAN: Labels = { ...lists, ...stored, ...sharing, ...panel }

/** The console’s messages in German, for its `labels`. */
export const CONSOLE_GERMAN: ConsoleLabels = {
  ...lists,
  ...stored,
  ...sharing,
  ...own,
  details,
}

/** The messages of search box and facets in German, for their `labels`. */
export const SEARCH_GERMAN: SearchLabels = search
