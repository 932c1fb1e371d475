/** @module Base model: the stored copy, downloads of newer versions, and the check of signed releases. */

import { NearsideError } from '@nearside/core/error.ts'
import {
  type FetchModelOptions,
  fetchModel,
  type LoadedModel,
  readDownload,
  readLatestFile,
} from '../learning/modelSource.ts'
import { keepDownload } from './downloads.ts'
import type { Releases } from './releases.ts'
import type { Services } from './services.ts'

export class Model {
  readonly #services: Services
  /** Base model in use; null until one is loaded. */
  loaded: LoadedModel | null = null
  #releases: Releases | null = null

  constructor(services: Services) {
    this.#services = services
  }

  async openReleases(): Promise<Releases | null> {
    if (!this.#services.config.modelKeys) return null
    const { createReleases } = await import('./releases.ts')
    this.#releases ??= createReleases(this.#services, readLatestFile)
    return this.#releases
  }

  /**
   * Uses the stored model, or else downloads one. A failure only adds a notice.
   * @param meanwhile returns what lists show without a model, as a phrase for the notice
   * @returns whether the model was stored already
   */
  async start(
    signal: AbortSignal,
    onPopularity: FetchModelOptions['onPopularity'],
    meanwhile: () => string,
  ): Promise<boolean> {
    const { config, notices } = this.#services
    if (await this.readKept()) return true
    try {
      await this.fetch({ signal, onPopularity, latest: config.latest })
    } catch (error) {
      if (signal.aborted) return false
      const cause = NearsideError.from(error, 'model-unreachable', 'The base model failed')
      const message = `${cause.message} Until it can be loaded, lists ${meanwhile()}.`
      notices.add(new NearsideError(cause.code, message, { cause }))
    }
    return false
  }

  /** @returns whether there was a stored model that may be used */
  async readKept(): Promise<boolean> {
    const { config, notices, store } = this.#services
    const kept = await store.download('model').catch(() => null)
    if (kept?.url !== config.baseModel) return false
    if (kept.version === this.loaded?.hash) return true
    try {
      if ((await (await this.openReleases())?.isVouched(kept)) === false) return false
      this.loaded = await readDownload(kept)
      return true
    } catch (error) {
      notices.add(error, 'model-corrupt', 'The stored base model is damaged and downloaded again')
      return false
    }
  }

  /**
   * Downloads a newer model, if there is one.
   * @returns whether the device now uses a newer model
   * @throws NearsideError if the model can't be loaded; the old model stays
   */
  async fetch(
    options: Pick<FetchModelOptions, 'signal' | 'onPopularity' | 'latest'>,
  ): Promise<boolean> {
    const { config, store, transport } = this.#services
    const now = this.#services.now()
    // Read the stored files, so that the device downloads only what has changed.
    const hash = this.loaded?.hash
    const stored = hash ? await store.download('model').catch(() => null) : null
    const kept = stored?.version === hash ? stored : null
    const check = (await this.openReleases())?.check
    const directory = config.baseModel
    const fetched = await fetchModel({ transport, directory, kept, now, check, ...options })
    if (!fetched) return false
    await keepDownload(this.#services, fetched.download)
    const adopted = fetched.loaded.hash !== this.loaded?.hash
    this.loaded = fetched.loaded
    return adopted
  }
}
