import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { createCalls } from './calls.ts'
import { Studio } from './Studio.tsx'
import './studio.css'

// The token is in the fragment of the address, which browsers send to nobody.
const calls = createCalls(location.hash.slice(1))
createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <Studio calls={calls} />
  </StrictMode>,
)
