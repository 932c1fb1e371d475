/**
 * @module The studio's login on a shop's server: one password, few attempts, and sessions that end. A visitor without a
 * session gets only the login page.
 */
import { createHash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import {
  createRateLimit,
  type emptyApp,
  limitBody,
  respondProblem,
} from '@nearside/aggregate/server/http.ts'
import { invalidInput, NearsideError } from '@nearside/core/error.ts'
import { serially } from '@nearside/core/serially.ts'
import { DAY } from '@nearside/core/time.ts'
import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'

interface LoginOptions {
  readonly password: string
  /** Origin at which the shop's proxy serves the studio. */
  readonly origin: string
  /** Returns the client's address; login attempts are counted by address. */
  readonly addressOf: (c: Context) => string
  readonly now: () => number
}

/** Adds the login's routes; routes that are added later are only for visitors with a session. */
export type Login = (app: ReturnType<typeof emptyApp>) => void

const PASSWORD = { from: 16, to: 200 }
/** Milliseconds without a request after which a session ends. */
const IDLE = 1_800_000
const LONGEST = DAY / 2
const MOST_SESSIONS = 100
/**
 * Limits of login attempts, from one address and in total: this many at once, then this many per minute. The total
 * doesn't limit addresses that have logged in before, so strangers can't lock them out.
 */
const ATTEMPTS = { one: 5, all: 60 }
/** A check of a password needs 32 MB of memory and a tenth of a second, so checks run one after another. */
const COST = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 2 ** 20 }

const derive = promisify<string, Buffer, number, typeof COST, Buffer>(scrypt)
const keyOf = (token: string) => createHash('sha256').update(token).digest('base64')

/** @throws NearsideError `input-invalid` for a password that is too short or too long, or an origin without TLS */
export async function createLogin(options: LoginOptions): Promise<Login> {
  const { origin, addressOf, now } = options
  const isSecure = requireOrigin(origin).protocol === 'https:'
  const isRight = await passwordCheck(options.password)
  const waits = [createRateLimit(ATTEMPTS.one), createRateLimit(ATTEMPTS.all)] as const
  const alone = serially()
  /** Addresses of the last logins, the oldest first; empty at the start. */
  const known = new Set<string>()
  /** Sessions by the hash of their cookie, the longest unused first. */
  const sessions = new Map<string, { readonly began: number; readonly used: number }>()

  const cookie = { path: '/', httpOnly: true, sameSite: 'Strict', secure: isSecure } as const
  const name = isSecure ? '__Host-nearside-studio' : 'nearside-studio'
  const sessionOf = (c: Context) => keyOf(getCookie(c, name) ?? '')

  function isOpen(c: Context): boolean {
    const key = sessionOf(c)
    const session = sessions.get(key)
    if (!session) return false
    sessions.delete(key)
    // A clock that was set back ends sessions, too.
    const isOver = (since: number, limit: number) => Math.abs(now() - since) > limit
    if (isOver(session.used, IDLE) || isOver(session.began, LONGEST)) return false
    sessions.set(key, { ...session, used: now() })
    return true
  }

  function begin(c: Context): void {
    const address = addressOf(c)
    known.delete(address)
    known.add(address)
    const [first] = known
    if (known.size > MOST_SESSIONS) known.delete(first)
    sessions.delete(sessionOf(c))
    const token = randomBytes(32).toString('base64url')
    const [oldest] = sessions.keys()
    if (oldest !== undefined && sessions.size >= MOST_SESSIONS) sessions.delete(oldest)
    sessions.set(keyOf(token), { began: now(), used: now() })
    setCookie(c, name, token, cookie)
  }

  function page(c: Context, status: 200 | 403 | 429, fault = '') {
    c.header('Content-Security-Policy', POLICY)
    // With `no-referrer`, browsers would send a form without its origin.
    c.header('Referrer-Policy', 'same-origin')
    return c.html(loginPage(fault), status)
  }

  return (app) => {
    app.use(async (c, next) => {
      const isRead = c.req.method === 'GET' || c.req.method === 'HEAD'
      if (isRead || c.req.header('origin') === origin) return next()
      return respondProblem(c, 403, 'input-invalid', `The studio answers only at ${origin}`)
    })
    app.post('/login', limitBody(4096), async (c) => {
      const address = addressOf(c)
      const isKnown = known.has(address)
      const wait = waits[0](address, now()) || (isKnown ? 0 : waits[1]('all', now()))
      if (wait > 0) {
        c.header('Retry-After', String(wait))
        return page(c, 429, `Too many attempts. Try again in ${wait} seconds.`)
      }
      const { password } = await c.req.parseBody()
      const given = typeof password === 'string' ? password : ''
      if (given === '' || !(await alone(() => isRight(given))))
        return page(c, 403, 'The password is wrong.')
      begin(c)
      return c.redirect('/', 303)
    })
    app.use(async (c, next) => {
      if (isOpen(c)) return next()
      if (c.req.path === '/' && c.req.method === 'GET') return page(c, 200)
      throw new NearsideError(
        'token-refused',
        'Your login has ended. Log in again in another tab, then repeat this here.',
      )
    })
    app.post('/api/logout', (c) => {
      sessions.delete(sessionOf(c))
      deleteCookie(c, name, cookie)
      return c.body(null, 204)
    })
  }
}

/** Creates a check of the password, which compares salted hashes and keeps only the hash in memory. */
async function passwordCheck(password: string): Promise<(given: string) => Promise<boolean>> {
  if (password.length < PASSWORD.from || password.length > PASSWORD.to)
    throw invalidInput(
      `NEARSIDE_STUDIO_PASSWORD needs ${PASSWORD.from} to ${PASSWORD.to} characters: create one with openssl rand -base64 18`,
    )
  const salt = randomBytes(16)
  const hash = (text: string) => derive(text.normalize('NFC'), salt, 32, COST)
  const right = await hash(password)
  return async (given) => timingSafeEqual(await hash(given), right)
}

function requireOrigin(origin: string): URL {
  const url = URL.canParse(origin) ? new URL(origin) : null
  const isLocal = url?.hostname === 'localhost' || url?.hostname === '127.0.0.1'
  if (
    url?.origin === origin &&
    (url.protocol === 'https:' || (isLocal && url.protocol === 'http:'))
  )
    return url
  throw invalidInput(
    `'${origin}' is no address such as https://studio.shop.example, without a path`,
  )
}

const STYLE = `:root { color-scheme: light dark; }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; background: Canvas; color: CanvasText; }
main { max-width: 24rem; margin: 0 auto; padding: 3rem 1rem; }
form { display: grid; gap: .5rem; }
input, button { font: inherit; min-height: 44px; min-width: 0; padding: .5rem .75rem;
  box-sizing: border-box; border: 1px solid; border-radius: 8px; }
:focus-visible { outline: 3px solid; outline-offset: 2px; }`

const POLICY = [
  `default-src 'none'; style-src 'sha256-${keyOf(STYLE)}'; form-action 'self'`,
  "base-uri 'none'; frame-ancestors 'none'",
].join('; ')

/** Form without scripts, which loads nothing. `fault` says why the last attempt failed; it is empty before the first. */
const loginPage = (fault: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Log in</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Log in</h1>
<form method="post" action="/login">
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required autofocus${fault && ' aria-invalid="true" aria-describedby="fault"'}>
${fault && `<p id="fault" role="alert">${fault}</p>`}
<button>Log in</button>
</form>
</main>
</body>
</html>
`
