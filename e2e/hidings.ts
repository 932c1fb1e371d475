/**
 * @module Scripts by which a hostile page hides, moves, covers, scales, fades or swaps the vault's frame, which asks
 * for consent. A shopper then sees only the frame's last button.
 */

/** Position of the frame's last button, in CSS pixels of the page. */
export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

const COVER =
  "inset: 0, width: '100vw', height: '100vh', pointerEvents: 'none', background: 'white'"

/** Code of each way of hiding, by the way's name. All use `dialog`, the `frame` in it, and a `cover` in the top layer. */
function scripts({ x, y, width, height }: Box): Readonly<Record<string, string>> {
  const [right, bottom] = [x + width, y + height]
  const strip = `inset(${y - 4}px 0 calc(100% - ${bottom + 4}px) 0)`
  // This polygon's bounding box is the whole frame, but the polygon shows only a strip around the button.
  const bounds = `polygon(0 0, 1px 0, 1px ${y}px, 100% ${y}px, 100% 100%, calc(100% - 1px) 100%, calc(100% - 1px) ${bottom}px, 0 ${bottom}px)`
  const hole = `polygon(evenodd, 0 0, 100% 0, 100% 100%, 0 100%, 0 0, ${x}px ${y}px, ${right}px ${y}px, ${right}px ${bottom}px, ${x}px ${bottom}px, ${x}px ${y}px)`
  const mask = `linear-gradient(transparent ${y}px, black ${y}px ${bottom}px, transparent 0)`
  const cover = `Object.assign(cover.style, { ${COVER} }); cover.showPopover()`
  return {
    'a box that cuts it off': `Object.assign(dialog.style, { overflow: 'hidden', height: '${height}px' }); frame.style.marginTop = '-${y}px'`,
    'a box of one strip': `Object.assign(dialog.style, { overflow: 'clip', inset: '${y}px 0 auto 0', height: '40px' }); Object.assign(frame.style, { position: 'absolute', top: '-${y}px' })`,
    'clip-path on the box': `dialog.style.clipPath = '${strip}'`,
    'clip-path on the frame': `frame.style.clipPath = '${strip}'`,
    'a clip-path that has the frame’s own bounds': `frame.style.clipPath = '${bounds}'`,
    'a mask': `frame.style.maskImage = '${mask}'`,
    'a mask on the box': `dialog.style.maskImage = '${mask}'`,
    'a cover that no press touches': cover,
    'a cover of all but the button': `${cover}; cover.style.clipPath = '${hole}'`,
    'scaling it down': "frame.style.transform = 'scale(.1)'",
    'scaling it up': `frame.style.transformOrigin = '${x}px ${y}px'; frame.style.transform = 'scale(8)'`,
    'zooming it out': "frame.style.zoom = '.2'",
    'turning it': "frame.style.transform = 'rotateX(85deg)'",
    'moving it out of the window': `frame.style.transform = 'translate(-${x}px, -${y}px)'`,
    'moving it all the time':
      "const moving = setInterval(() => { frame.style.translate = (performance.now() / 5) % 300 + 'px 0' }, 10); undo = () => clearInterval(moving)",
    opacity: "frame.style.opacity = '.01'",
    'opacity of the box': "dialog.style.opacity = '.01'",
    'a filter': "frame.style.filter = 'blur(20px)'",
    'a filter on the page':
      "document.documentElement.style.filter = 'contrast(0)'; undo = () => { document.documentElement.style.filter = '' }",
    blending: "frame.style.mixBlendMode = 'color-burn'",
    'blending a cover': `${cover}; cover.style.mixBlendMode = 'lighten'`,
    'a frame as large as its button':
      "Object.assign(frame.style, { width: '90px', height: '40px' })",
    'a swap just before the press': `${cover}; const swap = () => cover.hidePopover(); addEventListener('pointerover', swap); addEventListener('blur', swap); setTimeout(swap, 1400)`,
    'bringing it under the pointer':
      "frame.style.translate = '0 -200vh'; setTimeout(() => { frame.style.translate = '' }, 1400)",
  }
}

export const HIDINGS: readonly string[] = Object.keys(scripts({ x: 0, y: 0, width: 0, height: 0 }))

/**
 * Script that hides the vault's frame in the way that `way` names. The script ends only after 1.5 seconds, when a
 * consent question would accept a press. `REVEAL` undoes the hiding.
 */
export const hide = (way: string, button: Box) => `(async () => {
  const dialog = document.querySelector('dialog:has(iframe)')
  const frame = dialog.querySelector('iframe')
  const cover = document.body.appendChild(document.createElement('div'))
  cover.popover = 'manual'
  const before = [dialog, frame].map(({ style }) => style.cssText)
  let undo = () => undefined
  ${scripts(button)[way]}
  const reveal = () => {
    undo()
    cover.remove()
    ;[dialog, frame].forEach(({ style }, at) => { style.cssText = before[at] })
  }
  // REVEAL reaches this function by an event, because in Firefox the next script has other globals.
  document.addEventListener('reveal', reveal, { once: true })
  await new Promise((resolve) => setTimeout(resolve, 1500))
})()`

export const REVEAL = "document.dispatchEvent(new Event('reveal'))"
