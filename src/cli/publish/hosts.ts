/** @module Configuration files that tell a web server how long browsers may cache the files of a published folder. */

/** Cache-Control of files whose content can change: browsers ask at each visit whether the file has changed. */
const REVALIDATE = 'no-cache'
/** Cache-Control of files whose content never changes. */
const FOR_EVER = 'public, max-age=31536000, immutable'
/** Content-Security-Policy of the worker, to which the page's doesn't apply. It allows requests to this server only. */
const WORKER_POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"
const SCRIPT_HEADERS = { 'Cache-Control': FOR_EVER, 'Content-Security-Policy': WORKER_POLICY }

interface Folder {
  /** Path at which the folder will be served, with a slash at both ends. */
  readonly base: string
  /** Names of the folders in `models/`: model versions, and tails (less popular products). */
  readonly versions: readonly string[]
  /** Paths of the files whose content can change. */
  readonly changing: readonly string[]
  /** Path of the folder of the library's scripts; absent without scripts. */
  readonly scripts?: string
}

/** Whether a folder in `models/` has catalog rows of a tail; these files change with the prices. */
const hasLines = (name: string) => /^tail-.*-catalog$/.test(name)

/** `_headers` file for Netlify and Cloudflare Pages. Both apply every matching rule, so each path gets only one rule. */
export function headersFile({ base, versions, changing, scripts }: Folder): string {
  const rule = (path: string, headers: Readonly<Record<string, string>>) =>
    [
      `${base}${path}`,
      ...Object.entries(headers).map(([name, value]) => `  ${name}: ${value}`),
    ].join('\n')
  return [
    ...changing.map((name) => rule(name, { 'Cache-Control': REVALIDATE })),
    ...versions.map((version) =>
      rule(`models/${version}/*`, { 'Cache-Control': hasLines(version) ? REVALIDATE : FOR_EVER }),
    ),
    ...(scripts === undefined ? [] : [rule(`${scripts}/*`, SCRIPT_HEADERS)]),
    '',
  ].join('\n')
}

/** Configuration to include in nginx's `server { … }`. Brotli is commented out: nginx has only gzip built in. */
export function nginxFile({ base, changing, scripts, versions }: Folder): string {
  const location = (how: string, path: string, control: string, more = '') =>
    `location ${how} ${base}${path} {
  gzip_static on;
  # brotli_static on;
  add_header Cache-Control "${control}";${more}
}
`
  const policy = `\n  add_header Content-Security-Policy "${WORKER_POLICY}";`
  return [
    ...changing.map((name) => location('=', name, REVALIDATE)),
    location('^~', 'models/', FOR_EVER),
    ...versions.filter(hasLines).map((name) => location('^~', `models/${name}/`, REVALIDATE)),
    ...(scripts === undefined ? [] : [location('^~', `${scripts}/`, FOR_EVER, policy)]),
  ].join('')
}
