/** @module The shop's `live.json` on this device. The code is loaded only if the shop has a live file. */
import { changesOf } from '@nearside/core/catalog/changesOf.ts'
import type { Item } from '@nearside/core/catalog/item.ts'
import {
  type LiveFile as Content,
  type LiveChanges,
  withLive,
} from '@nearside/core/catalog/live.ts'
import { LIVE_MINUTES, parseLive } from '@nearside/core/catalog/parseLive.ts'
import type { KeptFile, Take } from './downloads.ts'

export class LiveFile {
  // The worker's other files use this field and don't import `withLive`, so shops without a live file never load it.
  readonly applyTo = withLive
  readonly file: KeptFile
  /** Last good content of the live file; null before the first. The object stays the same until the changes differ. */
  content: Content | null = null
  /** Whether the first content was stored by an earlier visit, so that the server could have newer content. */
  isStored = false
  #minutes = LIVE_MINUTES
  #changes = ''

  /** @param open opens the live file; passed in, because this module must not import the code for downloads */
  constructor(open: (take: Take) => KeptFile) {
    this.file = open((value) => this.#take(value))
  }

  async start(): Promise<void> {
    this.isStored = await this.file.readKept()
    if (!this.isStored) await this.file.update()
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
      // If a product has two entries, the later entry counts. The later entries also have a new catalog's currency.
      changed: [...changed, ...since.changed],
      gone: [...since.gone, ...gone],
      added: [...since.added, ...added],
    }
  }

  /** Milliseconds between two requests for the live file. */
  get interval(): number {
    return this.#minutes * 60_000
  }

  #take(value: unknown): void {
    const content = parseLive(value)
    this.#minutes = content.minutes
    const { changed, gone, added, catalog } = content
    // A live file that only confirms the last file must not rebuild the ranker.
    const changes = JSON.stringify([changed, gone, added, catalog])
    if (changes !== this.#changes) this.content = content
    this.#changes = changes
  }
}
