/** @module Layout of the vault's documents: a heading, sentences, and two buttons far from each other. */

const STYLE = `
:root { color-scheme: light dark; background: transparent; font: 1rem/1.5 system-ui, sans-serif }
body { margin: 0; min-height: 100dvh; display: grid; place-items: center; box-sizing: border-box; padding: 1rem }
main { box-sizing: border-box; display: flex; flex-direction: column; gap: .75rem; max-width: 34rem; padding: 0 1.5rem 1.25rem; border: 1px solid GrayText; border-radius: .75rem; background: Canvas; color: CanvasText }
:root.window { background: Canvas }
.window body { padding: 0; place-items: stretch center }
.window main { border: 0 }
header { position: sticky; top: 0; display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: start; justify-content: space-between; padding: 1.25rem 0 .5rem; background: Canvas }
h1 { flex: 1 1 12rem; margin: 0; font-size: 1.25rem; line-height: 1.3; outline: none }
p { margin: 0 }
[role=note] { padding: .5rem .75rem; border: 2px solid currentColor; border-radius: .5rem; font-weight: 700 }
[role=status] { min-height: 3em; margin-top: auto }
button { min-width: 8rem; min-height: 2.75rem; padding: .25rem 1rem; border: 1px solid ButtonBorder; border-radius: .5rem; background: ButtonFace; color: ButtonText; font: inherit; cursor: pointer }
main > button { align-self: end }
button[aria-disabled=true] { border-style: dashed; opacity: .7; cursor: default }
button:focus-visible { outline: 3px solid Highlight; outline-offset: 2px }`

interface Sheet {
  readonly decline: HTMLButtonElement
  /** Button that takes the action, at the far end. */
  readonly act: HTMLButtonElement
  /** Shows one sentence beside the button, also to a screen reader. */
  say(sentence: string): void
}

interface SheetText {
  /** Language of the words: `en` or `de`. */
  readonly language: string
  readonly title: string
  /** Framed text before the sentences. */
  readonly banner?: string
  readonly sentences: readonly string[]
  readonly decline: string
  readonly act: string
}

/** Fills the document and moves the focus to the heading. */
export function showSheet(text: SheetText): Sheet {
  const { language, title, banner, sentences, decline, act } = text
  document.documentElement.lang = language
  document.documentElement.classList.toggle('window', window.parent === window)
  document.title = title
  const style = new CSSStyleSheet()
  style.replaceSync(STYLE)
  document.adoptedStyleSheets = [style]

  const [heading, status] = [made('h1', title), made('p')]
  heading.tabIndex = -1
  status.role = 'status'
  status.id = 'status'
  const sheet = { decline: made('button', decline), act: made('button', act) }
  sheet.act.setAttribute('aria-describedby', status.id)
  const [main, header] = [made('main'), made('header')]
  header.append(heading, sheet.decline)
  const note = banner === undefined ? [] : [made('p', banner)]
  for (const frame of note) frame.role = 'note'
  main.append(header, ...note, ...sentences.map((text) => made('p', text)), status, sheet.act)
  document.body.replaceChildren(main)
  heading.focus()
  return {
    ...sheet,
    say(sentence) {
      status.textContent = sentence
    },
  }
}

function made<Name extends keyof HTMLElementTagNameMap>(name: Name, text = '') {
  const element = document.createElement(name)
  element.textContent = text
  return element
}
