/**
 * @module The pictures of the README, among them a moving one, taken while a test plays what they show:
 * `npm run pictures`. In any other run nothing is taken.
 */
import type { Page } from 'playwright/test'
import sharp from 'sharp'

const TAKES = process.env.NEARSIDE_PICTURES !== undefined

/** What glides is taken at this share of its speed: a picture takes a while. */
const SLOWED = 0.04
/** Milliseconds of the film. */
const GLIDE = 700
const FRAME = 50
/** Until nothing moves any more. */
const STILL = 1000

export interface Film {
  /** The page as it is, to be looked at for so long. */
  take(seconds: number): Promise<void>
  /** What glides while and after this is done. */
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
