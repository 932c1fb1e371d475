/** @module Opens the shop. */
import './shop.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './App.tsx'
import { keepScroll } from './navigation.ts'
import { keepForOffline } from './offline.ts'
import { followTheme } from './preferences.ts'

followTheme(document.documentElement)
keepScroll()

const root = document.getElementById('shop')
if (!root) throw new Error('The page has no #shop element')
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
if (import.meta.env.PROD) keepForOffline()
