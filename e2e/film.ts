/**
 * @module Takes the README's pictures, one of them animated. Browser tests call these functions at the right moments,
 * but pictures are only taken under `npm run pictures`.
 */
import type { Page } from 'playwright/test'
import sharp from 'sharp'

const TAKES = process.env.NEARSIDE_PICTURES !== undefined

/**
 * Speed of the animations as a share of their normal speed. The animations are slowed down, because a screenshot takes
 * a while.
 */
const SLOWED = 0.04
/** Duration of the filmed animation, milliseconds. */
const GLIDE = 700
const FRAME = 50
/** Milliseconds to wait after an action until nothing on the page moves any more. */
const STILL = 1000

export interface Film {
  /** Adds a picture of the page to the film, shown for this many seconds. */
  take(seconds: number): Promise<void>
  /** Runs the action, then films the animation that it started. */
  glide(act: () => Promise<void>): Promise<void>
  /** @param file an animated WebP */
  save(file: string): Promise<void>
}

export async function filmOf(page: Page): Promise<Film> {
  const frames: { readonly picture: Buffer; readonly delay: number }[] = []
  const take = async (delay: number) => {
    if (TAKES) frames.push({ picture: await page.screenshot(), delay })
  }
  const session = await page.context().newCDPSession(page)
  return {
    async take(seconds) {
      if (TAKES) await page.waitForTimeout(STILL)
      await take(seconds * 1000)
    },
    async glide(act) {
      if (!TAKES) return act()
      await session.send('Animation.enable')
      await session.send('Animation.setPlaybackRate', { playbackRate: SLOWED })
      const start = performance.now()
      await act()
      for (let at = FRAME; at <= GLIDE; at += FRAME) {
        await take(FRAME)
        await page.waitForTimeout(Math.max(0, start + at / SLOWED - performance.now()))
      }
      await session.send('Animation.setPlaybackRate', { playbackRate: 1 })
    },
    async save(file) {
      if (!TAKES) return
      await sharp(
        frames.map(({ picture }) => picture),
        { join: { animated: true } },
      )
        .webp({ delay: frames.map(({ delay }) => Math.round(delay)), loop: 0, quality: 80 })
        .toFile(file)
    },
  }
}

/** @param file a JPEG */
export async function picture(page: Page, file: string): Promise<void> {
  if (TAKES) await page.screenshot({ path: file, quality: 80 })
}
