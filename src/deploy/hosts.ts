/** @module What a web server must be told of a published folder: what may be kept for ever, and what not. */

/** Asked for again at each visit, in a few bytes where nothing has changed. */
const REVALIDATE = 'no-cache'
/** Files that never change under their names. */
const FOR_EVER = 'public, max-age=31536000, immutable'
/** Of the worker, which a page's policy doesn't reach: it asks this server for files, and nobody else. */
const WORKER_POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"

interface Folder {
  /** Path of the address at which it will lie, with a slash at both ends. */
  readonly base: string
  /** Names of all model versions in it. */
  readonly versions: readonly string[]
  /** Files that change, by their names below the folder. */
  readonly changing: readonly string[]
  /** Where the scripts lie below the folder, if they do. */
  readonly scripts?: string
}

/** `_headers`, as Netlify and Cloudflare Pages read it. No address matches two rules: they would be joined. */
export function headersFile({ base, versions, changing, scripts }: Folder): string {
  const rule = (path: string, headers: Readonly<Record<string, string>>) =>
    [
      `${base}${path}`,
      ...Object.entries(headers).map(([name, value]) => `  ${name}: ${value}`),
    ].join('\n')
  return [
    ...changing.map((name) => rule(name, { 'Cache-Control': REVALIDATE })),
    ...versions.map((version) => rule(`models/${version}/*`, { 'Cache-Control': FOR_EVER })),
    ...(scripts === undefined
      ? []
      : [
          rule(`${scripts}/*`, {
            'Cache-Control': FOR_EVER,
            'Content-Security-Policy': WORKER_POLICY,
          }),
        ]),
    '',
  ].join('\n')
}

/** To include in nginx's `server { … }`. Its own gzip is built in; Brotli is a module. */
export function nginxFile({ base, changing, scripts }: Folder): string {
  const exact = changing.map(
    (name) => `location = ${base}${name} {
  gzip_static on;
  # brotli_static on;
  add_header Cache-Control "${REVALIDATE}";
}`,
  )
  const folder = (path: string, more = '') => `location ^~ ${base}${path} {
  gzip_static on;
  # brotli_static on;
  add_header Cache-Control "${FOR_EVER}";${more}
}`
  const policy = `\n  add_header Content-Security-Policy "${WORKER_POLICY}";`
  return `${[
    ...exact,
    folder('models/'),
    ...(scripts === undefined ? [] : [folder(`${scripts}/`, policy)]),
  ].join('\n')}\n`
}
