/** @module The shop's `live.json` (new prices and stock). A device loads this code only if the shop has the file. */

import { changesOf } from '@nearside/core/catalog/changesOf.ts'
import type { Item } from '@nearside/core/catalog/item.ts'
import {
  type LiveFile as Content,
  type LiveChanges,
  withLive,
} from '@nearside/core/catalog/live.ts'
import { LIVE_MINUTES, parseLive } from '@nearside/core/catalog/parseLive.ts'
import type { KeptFile, Take } from './downloads.ts'
import type { Services } from './services.ts'

/** Milliseconds for which lists wait for `live.json` once the catalog, or its first part, is there. */
const LONGEST_WAIT = 1000

export class LiveFile {
  // The worker's other files use this field and don't import `withLive`, so shops without `live.json` never load it.
  readonly applyTo = withLive
  readonly file: KeptFile
  /** Last good content of `live.json`; null before any. The same object while the changes stay the same. */
  content: Content | null = null
  /** Whether the first content was stored by an earlier visit, so that the server could have newer content. */
  isStored = false
  readonly #services: Services
  #minutes = LIVE_MINUTES
  #changes = ''
  /** Resolves when the first request has been answered or has failed. */
  #first = Promise.resolve()
  /** Resolves when lists have waited for `LONGEST_WAIT`; null before the first wait. */
  #over: Promise<void> | null = null

  /** @param open opens `live.json`; passed in, because this module must not import the code for downloads */
  constructor(services: Services, open: (take: Take) => KeptFile) {
    this.#services = services
    this.file = open((value) => this.#take(value))
  }

  /**
   * Reads the stored file, or else requests the file; doesn't wait for the answer.
   * @param onLate called if the first answer changed a catalog that was already in use
   */
  async start(
    catalog: { readonly current: unknown; apply(): void },
    onLate: () => unknown,
  ): Promise<void> {
    this.isStored = await this.file.readKept()
    if (this.isStored) return
    this.#first = this.file.update().then(() => {
      const { current } = catalog
      catalog.apply()
      if (current && catalog.current !== current) onLate()
    })
  }

  /** Waits for a check of the changes that an earlier visit stored. A page that is set offline checks nothing. */
  async checkStored(check: () => Promise<void> | undefined): Promise<void> {
    if (this.isStored && !this.#services.state.conditions.offline) await this.inTime(check())
  }

  /** Waits for a request (default: the first), but no longer than `LONGEST_WAIT` after the first call. */
  async inTime(answer: Promise<void> | undefined = this.#first): Promise<void> {
    this.#over ??= new Promise((over) => void this.#services.timers.set(over, LONGEST_WAIT))
    await Promise.race([answer, this.#over])
  }

  /**
   * Changes for open pages, which may show the products of the session's first catalog, or newer products.
   * @param current products of the newest catalog, with its live changes applied
   */
  forPages(
    first: readonly Item[],
    current: readonly Item[],
    changes: LiveChanges | null,
  ): LiveChanges {
    const { changed = [], gone = [], added = [] } = changes ?? {}
    const since = changesOf(first, current)
    return {
      // The later of a product's two entries counts: the entry of `since`, in the new catalog's currency.
      changed: [...changed, ...since.changed],
      gone: [...since.gone, ...gone],
      added: [...since.added, ...added],
    }
  }

  /** Milliseconds between two requests for `live.json`. */
  get interval(): number {
    return this.#minutes * 60_000
  }

  #take(value: unknown): void {
    const content = parseLive(value)
    this.#minutes = content.minutes
    const { changed, gone, added, catalog } = content
    // A `live.json` with the same changes as the last one must not rebuild the ranker.
    const changes = JSON.stringify([changed, gone, added, catalog])
    if (changes !== this.#changes) this.content = content
    this.#changes = changes
  }
}
