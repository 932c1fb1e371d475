/** @module The login page: one form without scripts, which loads nothing. */
import { createHash } from 'node:crypto'

const STYLE = `:root { color-scheme: light dark; }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; background: Canvas; color: CanvasText; }
main { max-width: 24rem; margin: 0 auto; padding: 3rem 1rem; }
form { display: grid; gap: .5rem; }
input, button { font: inherit; min-height: 44px; min-width: 0; padding: .5rem .75rem;
  box-sizing: border-box; border: 1px solid; border-radius: 8px; }
:focus-visible { outline: 3px solid; outline-offset: 2px; }`

const hash = createHash('sha256').update(STYLE).digest('base64')

export const LOGIN_POLICY = [
  `default-src 'none'; style-src 'sha256-${hash}'; form-action 'self'`,
  "base-uri 'none'; frame-ancestors 'none'",
].join('; ')

/** @param fault reason why the last attempt failed; empty before the first attempt */
export const loginPage = (fault: string): string => `<!doctype html>
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
