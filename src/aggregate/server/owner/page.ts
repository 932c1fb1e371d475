/**
 * @module The shop owner's page, which is static and has no figures. Its script asks for the token, keeps the token in
 * memory only, and shows the server's answers as text. The page loads nothing else.
 */
import { createHash } from 'node:crypto'

const STYLE = `
:root { color-scheme: light dark; --ground: #fbfbf9; --raised: #fff; --ink: #1d2421; --soft: #55605b; --rule: #cdd4d0;
  --link: #0b6150; --green: #0b6b45; --amber: #8a5200; --red: #b3261e; --grey: #55605b; }
@media (prefers-color-scheme: dark) { :root { --ground: #131715; --raised: #1a1f1d; --ink: #e8ecea; --soft: #a6b0ab;
  --rule: #3b4541; --link: #6fd6b9; --green: #5fd3a0; --amber: #eab25c; --red: #ff8f85; --grey: #a6b0ab; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
header, main { max-width: 72rem; margin: 0 auto; padding: 0 1rem; }
header { padding-top: 1.5rem; }
h1 { font-size: clamp(1.4rem, 1.1rem + 1.6vw, 2rem); line-height: 1.2; margin: 0 0 .5rem; }
p { margin: 0 0 .5rem; }
[hidden] { display: none !important; }
#status { color: var(--soft); min-height: 1.5em; }
#status.wrong { color: var(--red); font-weight: 600; }
form { max-width: 30rem; display: grid; gap: .5rem; margin: 1rem 0; }
input, button { font: inherit; color: inherit; padding: .6rem .75rem; border-radius: 8px; border: 1px solid var(--soft);
  background: var(--raised); min-height: 44px; min-width: 0; }
button { cursor: pointer; font-weight: 600; }
form button { background: var(--link); color: var(--ground); border-color: var(--link); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
#tools { display: flex; flex-wrap: wrap; gap: .5rem; margin: .5rem 0 1rem; }
#cards { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 21rem), 1fr)); margin-bottom: 2rem; }
section { background: var(--raised); border: 1px solid var(--rule); border-left: 6px solid var(--light); border-radius: 10px;
  padding: .9rem 1rem; overflow-wrap: anywhere; }
section[data-light=green] { --light: var(--green); } section[data-light=amber] { --light: var(--amber); }
section[data-light=red] { --light: var(--red); } section[data-light=grey] { --light: var(--grey); border-left-style: dashed; }
h2 { font-size: .95rem; font-weight: 600; color: var(--soft); margin: 0 0 .25rem; }
.light { color: var(--light); font-weight: 700; margin: 0; }
.answer { font-size: 1.1rem; font-weight: 600; line-height: 1.35; }
ul { margin: 0 0 .5rem; padding-left: 1.1rem; }
li, .change { font-size: .925rem; color: var(--soft); }
.change b { color: var(--ink); }
@media (forced-colors: active) { section { border-left-color: CanvasText; } }
@media print {
  :root { color-scheme: light; --ground: #fff; --raised: #fff; --ink: #000; --soft: #333; --rule: #999;
    --green: #0b6b45; --amber: #8a5200; --red: #b3261e; --grey: #333; }
  @page { margin: 12mm; }
  body { font-size: 9pt; line-height: 1.35; } h1 { font-size: 14pt; } h2 { font-size: 9pt; } .answer { font-size: 10.5pt; }
  li, .change { font-size: 8.5pt; } header { padding-top: 0; } form, #tools { display: none !important; }
  #cards { grid-template-columns: 1fr 1fr; gap: .5rem; } section { break-inside: avoid; padding: .5rem .7rem; }
}
`

const SCRIPT = `
const id = (name) => document.getElementById(name)
const LIGHTS = { green: '● Good', amber: '▲ Watch', red: '■ Act', grey: '○ Not known yet' }
let token = ''

function say(text, isWrong = false) {
  id('status').textContent = text
  id('status').className = isWrong ? 'wrong' : ''
}

function add(parent, tag, text, className = '') {
  const element = document.createElement(tag)
  element.textContent = text
  element.className = className
  return parent.appendChild(element)
}

function show({ operator, time, cards }) {
  id('cards').replaceChildren(...cards.map(({ title, light, answer, because, change }, k) => {
    const section = document.createElement('section')
    section.dataset.light = light
    section.setAttribute('aria-labelledby', 'card-' + k)
    add(section, 'h2', title).id = 'card-' + k
    add(section, 'p', LIGHTS[light], 'light')
    add(section, 'p', answer, 'answer')
    if (because.length > 0) {
      const list = add(section, 'ul', '')
      for (const reason of because) add(list, 'li', reason)
    }
    add(section, 'p', change, 'change').prepend(add(section, 'b', 'What would change this: '))
    return section
  }))
  const many = (light) => cards.filter((card) => card.light === light).length
  say(operator + ', ' + new Date(time).toLocaleString() + ': ' + many('red') + ' to act on, ' +
    many('amber') + ' to watch, ' + many('green') + ' good, ' + many('grey') + ' not known yet')
}

function ask(isAsking) {
  id('ask').hidden = !isAsking
  id('tools').hidden = isAsking
  if (isAsking) id('cards').replaceChildren()
}

async function load() {
  say('Loading …')
  id('cards').setAttribute('aria-busy', 'true')
  try {
    const answer = await fetch('v1/owner', {
      headers: { Authorization: 'Bearer ' + token }, signal: AbortSignal.timeout(20000), cache: 'no-store',
    })
    if (answer.status === 401) {
      token = ''
      ask(true)
      say('That token is wrong. The right token is in the file “token” of the owner’s folder on the server.', true)
      return id('token').focus()
    }
    if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).title ?? 'status ' + answer.status)
    const found = await answer.json()
    ask(false)
    show(found)
  } catch (error) {
    ask(false)
    const isOld = id('cards').childElementCount > 0
    say('The leader did not answer (' + error.message + '). ' + (isOld ? 'The answers below are old. ' : '') + 'Try Refresh.', true)
  } finally {
    id('cards').removeAttribute('aria-busy')
  }
}

id('ask').addEventListener('submit', (event) => {
  event.preventDefault()
  // A header allows only these characters, and no valid token has other characters.
  token = id('token').value.trim().replace(/[^\\x21-\\x7e]/g, '?')
  id('token').value = ''
  load()
})
id('refresh').addEventListener('click', load)
id('print').addEventListener('click', () => print())
id('leave').addEventListener('click', () => {
  token = ''
  ask(true)
  say('The token is forgotten.')
  id('token').focus()
})
ask(true)
`

const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

export const OWNER_POLICY = [
  "default-src 'none'",
  `script-src ${hashOf(SCRIPT)}`,
  `style-src ${hashOf(STYLE)}`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ')

export const OWNER_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Nearside: the owner’s page</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>How the shop’s recommendations are doing</h1>
<p id="status" role="status"></p>
</header>
<main>
<noscript><p>This page needs its script to send the token.</p></noscript>
<form id="ask" hidden>
<label for="token">The owner’s token. This page keeps it in memory until you close it.</label>
<input id="token" type="password" autocomplete="off" spellcheck="false" required>
<button>Show</button>
</form>
<div id="tools" hidden>
<button type="button" id="refresh">Refresh</button>
<button type="button" id="print">Print</button>
<button type="button" id="leave">Forget the token</button>
</div>
<div id="cards"></div>
</main>
<script>${SCRIPT}</script>
</body>
</html>
`
