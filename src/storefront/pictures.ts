/**
 * @module Product pictures, all of them from one file. Asked for one by one, they would tell the
 * server what is on screen; the file is the same for everybody, whatever they look at.
 */
import { useEffect, useState } from 'react'
import type { Item } from '../index.ts'
import { breathe, rest } from './breathe.ts'
import { loadLines } from './load.ts'
import { type PackLine, type PicturePack, svgOf, unpack } from './picturePack.ts'
import { createSignal, useSignal } from './signal.ts'

/** Null while it is on its way. */
const pack = createSignal<PicturePack | null>(null)
/** File name → address that asks nobody, or null where there is no picture: what stands in the page already, and what was shown since. */
const addresses = new Map<string, string | null>()

/** Without them, products are shown by their first letters. */
export async function loadPictures(): Promise<void> {
  takePictures(await loadLines('catalog/pictures.json'))
}

export function takePictures(lines: readonly PackLine[]): void {
  pack.set(unpack(lines))
}

/** A page that was rendered beforehand brings its own. */
export function takeOverPictures(document: Document): void {
  for (const image of document.querySelectorAll<HTMLImageElement>('img[data-picture]'))
    addresses.set(image.dataset.picture ?? '', image.getAttribute('src') ?? '')
}

/**
 * Its file's name and its address: undefined while that is on its way, null where there is none.
 * To make one keeps a slow phone for milliseconds, and to read it as long: a list’s words come first.
 * @param early on the first screen; a page that is rendered beforehand holds those
 */
export function usePicture({ image = '' }: Item, early: boolean) {
  const name = image.slice(image.lastIndexOf('/') + 1)
  // Null as long as the rendered page is taken over, whatever has come meanwhile.
  const loaded = useSignal(pack)
  const [, redraw] = useState(0)
  const known = addresses.get(name)
  const waits = loaded !== null && known === undefined
  useEffect(() => {
    if (!waits) return
    let left = false
    const turn = early ? breathe() : rest()
    turn.then(() => {
      if (left) return
      draw(name)
      redraw((times) => times + 1)
    })
    return () => {
      left = true
    }
  }, [name, waits, early])
  if (early) return { name, address: known ?? drawBeforehand(name) }
  return { name, address: loaded ? known : undefined }
}

const percent = (sign: string) => `%${sign.charCodeAt(0).toString(16)}`

/** Where pages are rendered, an address holds the picture. */
function drawBeforehand(name: string): string | null | undefined {
  if (typeof document !== 'undefined') return undefined
  const svg = fromPack(name)
  return svg && `data:image/svg+xml,${svg.replace(/["'#%<>]/g, percent)}`
}

function draw(name: string): void {
  const svg = fromPack(name)
  if (svg !== undefined) takePicture(name, svg)
}

/** In a browser each is read by itself. */
export function takePicture(name: string, svg: string | null): void {
  if (addresses.has(name)) return
  const blob = svg && new Blob([svg], { type: 'image/svg+xml' })
  addresses.set(name, blob && URL.createObjectURL(blob))
}

/** Undefined while the pack is on its way. */
function fromPack(name: string): string | null | undefined {
  const from = pack.get()
  return from ? svgOf(from, name) : undefined
}
