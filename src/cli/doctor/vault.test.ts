import { expect, it } from 'vitest'
import { LOCKED_HEADERS, vaultHeaders } from '../../../scripts/vaultServer.ts'
import { createAsker } from './asker.ts'
import { parsePolicies } from './headers.ts'
import { vaultFindings } from './vault.ts'

const [SHOP, VAULT] = ['https://shop.test', 'https://vault.shop.test']
const OPTIONS = {
  catalog: `${SHOP}/catalog.json`,
  baseModel: `${SHOP}/models/`,
  federation: { leader: 'https://leader.test', helper: 'https://helper.test' },
}
const OUTSIDE = [SHOP, OPTIONS.federation.leader, OPTIONS.federation.helper]
const WORKER = '/assets/lockedWorker-a1B2c3D4.js'

type Sent = { status?: number; headers: Record<string, string>; body: string }

/** Files of a vault, as `scripts/vaultServer.ts` serves them. */
const served = (): Record<string, Sent> => ({
  '/vault.html': {
    headers: vaultHeaders({ root: '', shops: [SHOP], outside: OUTSIDE }),
    body: `<meta name="nearside-shop" content="${SHOP}" /><script type="module" src="/assets/vault-x.js"></script>`,
  },
  '/assets/vault-x.js': {
    headers: {},
    body: `new URL("lockedWorker-a1B2c3D4.js",import.meta.url)`,
  },
  [WORKER]: { headers: { ...LOCKED_HEADERS }, body: '' },
})

interface Change {
  vault?: string
  sent?: (files: Record<string, Sent>) => void
  page?: Record<string, string>
}

async function look({ vault = `${VAULT}/vault.html`, sent, page = {} }: Change = {}) {
  const files = served()
  sent?.(files)
  const asker = createAsker(async (input) => {
    const file = files[new URL(String(input)).pathname]
    if (!file) return new Response('', { status: 404 })
    return new Response(file.body, { status: file.status ?? 200, headers: file.headers })
  }, 1000)
  const headers = new Headers({
    'content-security-policy': `default-src 'none'; frame-src ${VAULT}`,
    'connection-allowlist': `(response-origin "${VAULT}/*")`,
    ...page,
  })
  const pagePolicies = parsePolicies([headers.get('content-security-policy')])
  const body = new Uint8Array()
  const visited = { url: `${SHOP}/`, status: 200, headers, body }
  const found = await vaultFindings({ asker, shop: OPTIONS, vault, page: visited, pagePolicies })
  return found.map(({ level, text }) => `${level}: ${text}`)
}

const header =
  (file: string, name: string, value: (before: string) => string) =>
  (files: Record<string, Sent>) => {
    files[file].headers[name] = value(files[file].headers[name])
  }
const without = (file: string, name: string) => (files: Record<string, Sent>) => {
  delete files[file].headers[name]
}

it('doctor reports no fault of a vault (frame on another origin) that is served as documented', async () => {
  expect(await look()).toEqual(['ok: It accepts this shop, and its worker has no network.'])
})

const CSP = 'content-security-policy'
const LIST = 'connection-allowlist'
const COOP = 'cross-origin-opener-policy'
it.each<[string, Change, string]>([
  [
    'a vault on the shop’s own origin',
    { vault: `${SHOP}/vault.html` },
    'error: It has the shop’s own origin',
  ],
  [
    'a missing vault.html',
    { sent: (files) => delete files['/vault.html'] },
    'error: https://vault.shop.test/vault.html answers with status 404',
  ],
  [
    'a vault that names another shop',
    {
      sent: (files) => {
        files['/vault.html'].body = files['/vault.html'].body.replace(SHOP, 'https://shop.example')
      },
    },
    'error: Its vault.html does not list https://shop.test',
  ],
  [
    'a page whose policy blocks the vault’s frame',
    { page: { [CSP]: "default-src 'self'" } },
    "error: The page's policy blocks the vault's frame: add https://vault.shop.test to frame-src.",
  ],
  [
    'a page whose Connection-Allowlist lacks the vault',
    { page: { [LIST]: '(response-origin)' } },
    "error: The page's Connection-Allowlist lacks the vault",
  ],
  [
    'a page whose Cross-Origin-Opener-Policy cuts off the consent window',
    { page: { [COOP]: 'same-origin; report-to="x"' } },
    "error: The page's Cross-Origin-Opener-Policy cuts off",
  ],
  [
    'a vault whose Cross-Origin-Opener-Policy cuts off the consent window',
    { sent: header('/vault.html', COOP, () => 'same-origin-allow-popups') },
    'error: Its Cross-Origin-Opener-Policy cuts off',
  ],
  [
    'a vault that any page may frame',
    { sent: header('/vault.html', CSP, (csp) => csp.replace(/frame-ancestors [^;]*;/, '')) },
    'send frame-ancestors https://shop.test.',
  ],
  [
    'a vault that this shop may not frame',
    {
      sent: header('/vault.html', CSP, (csp) =>
        csp.replace(/frame-ancestors [^;]*;/, 'frame-ancestors https://other.test;'),
      ),
    },
    'add https://shop.test to frame-ancestors.',
  ],
  [
    'a vault document that may send requests anywhere',
    { sent: header('/vault.html', CSP, (csp) => csp.replace("default-src 'none'; ", '')) },
    "error: Its document may send requests anywhere: send default-src 'none'",
  ],
  [
    'a vault policy that blocks an aggregator',
    { sent: header('/vault.html', CSP, (csp) => csp.replace('https://helper.test', '')) },
    'error: Its policy blocks https://helper.test: add https://helper.test to connect-src.',
  ],
  [
    'a vault without a Connection-Allowlist',
    { sent: without('/vault.html', LIST) },
    'warning: It sends no Connection-Allowlist',
  ],
  [
    'a Connection-Allowlist that lacks an aggregator',
    { sent: header('/vault.html', LIST, (list) => list.replace('"https://leader.test/*"', '')) },
    'error: Its Connection-Allowlist lacks "https://leader.test/*"',
  ],
  [
    'a vault that may share a process with the shop',
    { sent: without('/vault.html', 'origin-agent-cluster') },
    'warning: It may share a process with the shop',
  ],
  [
    'a missing worker file',
    { sent: (files) => delete files[WORKER] },
    'error: https://vault.shop.test/assets/lockedWorker-a1B2c3D4.js answers with status 404',
  ],
  [
    'a worker without a policy',
    { sent: without(WORKER, CSP) },
    'error: Its worker would have a network',
  ],
  [
    'a worker whose policy allows requests',
    { sent: header(WORKER, CSP, (csp) => `${csp}; connect-src https://shop.test`) },
    'error: Its worker would have a network',
  ],
  [
    'a worker without a Connection-Allowlist',
    { sent: without(WORKER, LIST) },
    'warning: Its worker’s file has no empty Connection-Allowlist',
  ],
])('doctor reports that a vault has this fault: %s', async (_, change, expected) => {
  const said = await look(change)
  expect(said.join('\n')).toContain(expected)
  expect(said.join()).not.toContain('ok:')
})
