/**
 * @module Product pictures, all of them from one file. Asked for one by one, they would tell the
 * server what is on screen; the file is the same for everybody, whatever they look at.
 */
import { useEffect, useState } from 'react'
import type { Item } from '../index.ts'
import { breathe, rest } from './breathe.ts'
import { loadLines } from './load.ts'
import { createSignal, useSignal } from './signal.ts'

/** As `scripts/images.ts` writes it: all pieces, then of each picture its file's name and its pieces' places. */
export type PackLine = string | readonly [name: string, ...places: number[]]

interface PicturePack {
  /** Lines of SVG; most are part of many pictures. */
  readonly pieces: string[]
  readonly pictures: Map<string, readonly number[]>
}

/** Null while it is on its way. */
const pack = createSignal<PicturePack | null>(null)
/** File name → address that asks nobody, or null where there is no picture: what stands in the page already, and what was shown since. */
const addresses = new Map<string, string | null>()

/** Without them, products are shown by their first letters. */
export async function loadPictures(): Promise<void> {
  takePictures(await loadLines('catalog/pictures.json'))
}

export function takePictures(lines: readonly PackLine[]): void {
  const pieces: string[] = []
  const pictures = new Map<string, readonly number[]>()
  for (const line of lines)
    if (typeof line === 'string') pieces.push(line)
    else pictures.set(line[0], line.slice(1) as number[])
  pack.set({ pieces, pictures })
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
  const svg = svgOf(name)
  return svg && `data:image/svg+xml,${svg.replace(/["'#%<>]/g, percent)}`
}

/** In a browser each is read by itself. */
function draw(name: string): void {
  const svg = svgOf(name)
  if (svg === undefined || addresses.has(name)) return
  const blob = svg && new Blob([svg], { type: 'image/svg+xml' })
  addresses.set(name, blob && URL.createObjectURL(blob))
}

/** Undefined while the pack is on its way, null where it has no such picture. */
function svgOf(name: string): string | null | undefined {
  const from = pack.get()
  if (!from) return undefined
  const places = from.pictures.get(name)
  return places ? places.map((place) => from.pieces[place]).join('') : null
}
