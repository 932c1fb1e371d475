/**
 * @module Products drawn in the title's own colour and pattern, where the emoji set has none or only
 * one of a fixed colour. On a 32 × 32 grid. `body` is filled and printed on; `under` and `over` are
 * drawn beneath and above it, with M for the main colour, D for its shade, P for the print, and I for
 * a light ivory that stands off.
 */
export interface Shape {
  readonly body: string
  readonly under?: string
  readonly over?: string
  /** Where a printed motif sits: centre and size. */
  readonly print: readonly [x: number, y: number, size: number]
}

export const SHAPES = {
  mug: {
    under:
      '<path fill="none" stroke="D" stroke-width="2.6" d="M22 12h3.5a3 3 0 0 1 3 3v3a5 5 0 0 1-5 5H22"/>',
    body: 'M5 8h18v15a5 5 0 0 1-5 5h-8a5 5 0 0 1-5-5z',
    over: '<ellipse cx="14" cy="8" rx="9" ry="2.2" fill="D"/><ellipse cx="14" cy="8.2" rx="7.6" ry="1.4" fill="#6b4330"/>',
    print: [14, 19, 9],
  },
  cup: {
    under:
      '<ellipse cx="16" cy="26.5" rx="13.5" ry="3" fill="D"/><ellipse cx="16" cy="25.6" rx="13.5" ry="2.8" fill="M"/><path fill="none" stroke="D" stroke-width="2" d="M24 13h2.5a2.5 2.5 0 0 1 0 6.5H23"/>',
    body: 'M6 10h19c0 9-3 15-9.5 15S6 19 6 10z',
    over: '<ellipse cx="15.5" cy="10" rx="9.5" ry="2" fill="D"/><ellipse cx="15.5" cy="10.2" rx="8" ry="1.3" fill="#a5683a"/>',
    print: [15.5, 17.5, 8],
  },
  shopper: {
    under: '<path fill="none" stroke="D" stroke-width="1.8" d="M11 12V8a5 5 0 0 1 10 0v4"/>',
    body: 'M5 11h22l1.5 17a1.5 1.5 0 0 1-1.5 1.6H5a1.5 1.5 0 0 1-1.5-1.6z',
    over: '<path fill="D" fill-opacity=".25" d="M5 11h22l.2 2H4.8z"/>',
    print: [16, 21, 13],
  },
  lunchbag: {
    under:
      '<path fill="none" stroke="D" stroke-width="1.8" d="M12 8V5.5A2.5 2.5 0 0 1 14.5 3h3A2.5 2.5 0 0 1 20 5.5V8"/>',
    body: 'M6 8h20a2 2 0 0 1 2 2v17a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V10a2 2 0 0 1 2-2z',
    over: '<path fill="D" fill-opacity=".85" d="M4 10a2 2 0 0 1 2-2h20a2 2 0 0 1 2 2v3H4z"/><path stroke="P" stroke-width=".7" stroke-dasharray="1.2 .8" d="M5 12h22"/><rect x="14.5" y="11.5" width="3" height="3" rx=".8" fill="I"/>',
    print: [16, 21, 12],
  },
  lunchbox: {
    under:
      '<path fill="none" stroke="D" stroke-width="2" d="M11 10V8a2 2 0 0 1 2-2h6a2 2 0 0 1 2 2v2"/>',
    body: 'M6 10h20a3 3 0 0 1 3 3v11a3 3 0 0 1-3 3H6a3 3 0 0 1-3-3V13a3 3 0 0 1 3-3z',
    over: '<path fill="D" d="M3 15h26v1.4H3z"/><rect x="13.5" y="13.8" width="5" height="3.8" rx="1" fill="I"/>',
    print: [16, 22, 8],
  },
  purse: {
    body: 'M5 13h22c2 5 2 9 0 13-2 2-20 2-22 0-2-4-2-8 0-13z',
    over: '<path fill="none" stroke="#c9a13b" stroke-width="1.8" d="M5 13.4C8 8 24 8 27 13.4z"/><circle cx="14.8" cy="8.6" r="1.5" fill="#dcb650"/><circle cx="17.2" cy="8.6" r="1.5" fill="#c9a13b"/>',
    print: [16, 20.5, 10],
  },
  cushion: {
    body: 'M5 5c4 2 18 2 22 0 2 4 2 18 0 22-4-2-18-2-22 0-2-4-2-18 0-22z',
    over: '<path fill="none" stroke="D" stroke-opacity=".5" stroke-width=".7" stroke-dasharray="1.2 1" d="M7.2 7.4c3.6 1.3 14 1.3 17.6 0 1.3 3.6 1.3 13.6 0 17.2-3.6-1.3-14-1.3-17.6 0-1.3-3.6-1.3-13.6 0-17.2z"/>',
    print: [16, 16, 14],
  },
  tin: {
    under: '<path fill="D" d="M5 11h22v4H5z"/>',
    body: 'M5 12h22v14c0 2.2-5 3.6-11 3.6S5 28.2 5 26z',
    over: '<path fill="D" d="M4 8v3.5c0 2 5.4 3.5 12 3.5s12-1.5 12-3.5V8z"/><ellipse cx="16" cy="8" rx="12" ry="3.6" fill="M"/><ellipse cx="16" cy="7.7" rx="9.5" ry="2.4" fill="P" fill-opacity=".3"/>',
    print: [16, 21.5, 9],
  },
  box: {
    body: 'M4 12h24v15a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2z',
    over: '<path fill="D" d="M3 7.5A1.5 1.5 0 0 1 4.5 6h23A1.5 1.5 0 0 1 29 7.5V12H3z"/><path fill="#000" fill-opacity=".12" d="M4 12h24v1.2H4z"/>',
    print: [16, 20.5, 11],
  },
  drawers: {
    body: 'M5 4h22a1 1 0 0 1 1 1v21a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1z',
    under: '<path fill="D" d="M6 26h3v4H6zM23 26h3v4h-3z"/>',
    over: '<path fill="none" stroke="D" stroke-width="1.2" d="M6.5 6.5h19v5h-19zM6.5 13h19v5h-19zM6.5 19.5h19v5h-19z"/><g fill="D"><circle cx="16" cy="9" r="1.1"/><circle cx="16" cy="15.5" r="1.1"/><circle cx="16" cy="22" r="1.1"/></g>',
    print: [16, 15.5, 0],
  },
  notebook: {
    under:
      '<path fill="#fffdf5" d="M9 5h18v24H9z"/><path stroke="#d9d2c0" stroke-width=".6" d="M26 6v22M25 6v22"/>',
    body: 'M7 3h16a1.5 1.5 0 0 1 1.5 1.5v23A1.5 1.5 0 0 1 23 29H7a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2z',
    over: '<path fill="D" d="M7 3h2v26H7a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2z"/><path fill="D" d="M21 3h1.4v26H21z"/>',
    print: [15, 15.5, 10],
  },
  plate: {
    body: 'M16 3a13 13 0 1 1 0 26 13 13 0 0 1 0-26z',
    over: '<circle cx="16" cy="16" r="8.2" fill="#fff" fill-opacity=".88"/><circle cx="16" cy="16" r="12.5" fill="none" stroke="D" stroke-opacity=".6"/>',
    print: [16, 16, 10],
  },
  bowl: {
    under: '<path fill="D" d="M11 26h10v2.5H11z"/>',
    body: 'M3 12h26c0 9-5 15-13 15S3 21 3 12z',
    over: '<ellipse cx="16" cy="12" rx="13" ry="2.6" fill="D"/><ellipse cx="16" cy="12.3" rx="11" ry="1.7" fill="I"/>',
    print: [16, 20, 8],
  },
  tray: {
    body: 'M3 10a3 3 0 0 1 3-3h20a3 3 0 0 1 3 3v12a3 3 0 0 1-3 3H6a3 3 0 0 1-3-3z',
    over: '<path fill="none" stroke="D" stroke-width="1.2" d="M5 11a2 2 0 0 1 2-2h18a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2z"/><path stroke="I" stroke-width="1.2" stroke-linecap="round" d="M3.9 14.5v3M28.1 14.5v3"/>',
    print: [16, 16, 10],
  },
  apron: {
    under:
      '<path fill="none" stroke="D" stroke-width="1.3" d="M12 8a4 5.5 0 0 1 8 0M8 18H3M24 18h5"/>',
    body: 'M11 7h10l.6 6c1 2.2 2 3 3.4 3.6V28a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 7 28V16.6c1.4-.6 2.4-1.4 3.4-3.6z',
    over: '<path fill="D" fill-opacity=".55" d="M11 20h10v5a1.5 1.5 0 0 1-1.5 1.5h-7A1.5 1.5 0 0 1 11 25z"/>',
    print: [16, 13.5, 7],
  },
  towel: {
    body: 'M7 4h18v25H7z',
    under: '<path stroke="#b98d5e" stroke-width="1.8" stroke-linecap="round" d="M3 4.5h26"/>',
    over: '<path fill="D" fill-opacity=".7" d="M7 22.5h18v1.4H7zM7 25h18v1H7z"/><path fill="#000" fill-opacity=".07" d="M20 4h5v25h-5z"/>',
    print: [15.5, 13.5, 11],
  },
  hotwaterbottle: {
    under: '<path fill="D" d="M13 2h6v3h-6zM14 4h4v4h-4z"/>',
    body: 'M12.5 7h7c0 2 1 2.6 3 3 2.2.5 3.5 2 3.5 4v12a4 4 0 0 1-4 4H10a4 4 0 0 1-4-4V14c0-2 1.3-3.5 3.5-4 2-.4 3-1 3-3z',
    over: '<path fill="none" stroke="D" stroke-opacity=".5" stroke-width=".8" d="M8 15c0-2 1.5-3 3-3h10c1.5 0 3 1 3 3v10c0 2-1 3-3 3H11c-2 0-3-1-3-3z"/>',
    print: [16, 20, 10],
  },
  bunting: {
    under: '<path fill="none" stroke="#a9825b" stroke-width=".9" d="M1 7c8 5 22 5 30 0"/>',
    body: 'M2.5 8.2l6.7 2.4-4.6 8.6zM12 11.2h8l-4 9.6zM29.5 8.2l-6.7 2.4 4.6 8.6z',
    over: '<path fill="D" d="M9.2 10.6l2.8.6-1.3 3.5zM22.8 10.6l-2.8.6 1.3 3.5z"/>',
    print: [16, 14, 0],
  },
  garland: {
    under: '<path fill="none" stroke="#a9825b" stroke-width=".9" d="M1 8c8 9 22 9 30 0"/>',
    body: 'M4 7.5a3 3 0 1 1 0 6 3 3 0 0 1 0-6zM16 12a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM28 7.5a3 3 0 1 1 0 6 3 3 0 0 1 0-6z',
    over: '<g fill="D"><circle cx="9.6" cy="13" r="2.3"/><circle cx="22.4" cy="13" r="2.3"/></g>',
    print: [16, 16, 0],
  },
  cakestand: {
    under:
      '<path fill="D" d="M14.5 20h3v7h-3z"/><ellipse cx="16" cy="28" rx="7" ry="1.8" fill="D"/><path fill="#f6d9b0" d="M8 11h16v6H8z"/><path fill="#fff7ef" d="M7.5 10c0-2 17-2 17 0v3.5c-1 1.5-2 .2-3 .2s-1.3 1.4-2.6 1.4-1.5-1.2-2.9-1.2-1.7 1.5-3 1.5-1.5-1.3-2.6-1.5-1.9.6-2.9-.4z"/><circle cx="16" cy="7.5" r="1.8" fill="#d8343c"/>',
    body: 'M4 17h24c0 2.5-5 4-12 4S4 19.5 4 17z',
    over: '<ellipse cx="16" cy="17" rx="12" ry="1.5" fill="D" fill-opacity=".45"/>',
    print: [16, 17, 0],
  },
  cakecase: {
    under:
      '<path fill="#e9b872" d="M6 14c0-5 4-9 10-9s10 4 10 9z"/><path fill="#fff3f6" d="M5.5 13.5C5 9 9 9.5 10 7c1-2.6 4-4 6-4s5 1.4 6 4c1 2.5 5 2 4.5 6.5z"/><circle cx="16" cy="3.6" r="1.9" fill="#d8343c"/>',
    body: 'M5 14h22l-3 14a1.5 1.5 0 0 1-1.5 1.2h-13A1.5 1.5 0 0 1 8 28z',
    over: '<path stroke="D" stroke-opacity=".45" stroke-width=".8" d="M9.5 14l1.7 15M13.8 14l.8 15M18.2 14l-.8 15M22.5 14l-1.7 15"/>',
    print: [16, 21, 0],
  },
  tlight: {
    under:
      '<path fill="#ffb02e" d="M16 3c2.6 3.2 3.4 4.8 3.4 6.4A3.4 3.4 0 0 1 16 13a3.4 3.4 0 0 1-3.4-3.6C12.6 7.8 13.4 6.2 16 3z"/><path fill="#fff0b0" d="M16 7c1.2 1.5 1.5 2.3 1.5 3.1a1.5 1.5 0 0 1-3 0c0-.8.3-1.6 1.5-3.1z"/><path fill="#fff8e8" d="M10 14h12v5H10z"/>',
    body: 'M6 14h2.5c0 2 15 2 15 0H26c0 6-1.5 11-3 13.5a2 2 0 0 1-1.7 1H10.7a2 2 0 0 1-1.7-1C7.5 25 6 20 6 14z',
    over: '<path fill="#fff" fill-opacity=".3" d="M9 17c.2 4 .9 7 2 9.5h1.6C11.3 23.5 10.7 20.5 10.5 17z"/>',
    print: [16, 22, 8],
  },
  lantern: {
    under:
      '<path fill="none" stroke="D" stroke-width="1.3" d="M12 5a4 4 0 0 1 8 0"/><path fill="D" d="M10 8l2-3.5h8L22 8z"/><path fill="#fff3cf" d="M9 9h14v17H9z"/><path fill="#ffb02e" d="M16 11c2 2.6 2.7 3.9 2.7 5.2a2.7 2.7 0 0 1-5.4 0c0-1.3.7-2.6 2.7-5.2z"/><path fill="#fffaf0" d="M13.5 19h5v7h-5z"/>',
    body: 'M7.5 7.5h17v2.5h-17zM8.5 10h2v15h-2zM21.5 10h2v15h-2zM7 25h18v3.5H7z',
    over: '',
    print: [16, 16, 0],
  },
  lampshade: {
    under:
      '<path fill="#a57c4b" d="M15 19h2v9h-2z"/><ellipse cx="16" cy="28.5" rx="6" ry="1.6" fill="#8a633a"/>',
    body: 'M11 4h10l6 15c-4 2-18 2-22 0z',
    over: '<path fill="#fff3b8" fill-opacity=".35" d="M13 4h6l2.5 16.3c-3 .3-8 .3-11 0z"/>',
    print: [16, 13, 8],
  },
  lights: {
    under:
      '<path fill="none" stroke="#4b7a4c" stroke-width="1.1" d="M1 7c5 6 10 6 15 0s10-6 15 0"/>',
    body: 'M6 12.5h3c2 3 2.5 6 1.2 8-1.2 1.6-4.2 1.6-5.4 0-1.3-2-.8-5 1.2-8zM23 10h3c2 3 2.5 6 1.2 8-1.2 1.6-4.2 1.6-5.4 0-1.3-2-.8-5 1.2-8z',
    over: '<path fill="#ffd75e" d="M14.6 9.5h3c2 3.4 2.5 7 1.2 9-1.2 1.7-4.2 1.7-5.4 0-1.3-2-.8-5.6 1.2-9z"/><path fill="#5b6b5c" d="M6 10.5h3v2.2H6zM14.6 7.5h3v2.2h-3zM23 8h3v2.2h-3z"/>',
    print: [16, 16, 0],
  },
  card: {
    under: '<path fill="#fffdf7" d="M8 6l20 1.5v20L8 26z"/>',
    body: 'M4 4h18a1 1 0 0 1 1 1v22a1 1 0 0 1-1 1H4z',
    over: '<path fill="#000" fill-opacity=".1" d="M4 4h1.6v24H4z"/><rect x="6.8" y="6.5" width="13.6" height="19" rx=".8" fill="none" stroke="P" stroke-width=".7"/>',
    print: [13.6, 16, 11],
  },
  wrap: {
    under: '<path fill="D" d="M24 24c3 0 5 1.4 5 3s-2 2.6-5 2.6z"/>',
    body: 'M5 6h17a3 3 0 0 1 3 3v17.6A3 3 0 0 0 26 29.6H9a3 3 0 0 1-3-3V9a3 3 0 0 0-1-3z',
    over: '<ellipse cx="5.5" cy="8" rx="2" ry="2.6" fill="D"/><path fill="#000" fill-opacity=".08" d="M20 6h2a3 3 0 0 1 3 3v17h-5z"/>',
    print: [15, 17, 12],
  },
  giftbag: {
    under: '<path fill="none" stroke="#c9a13b" stroke-width="1.3" d="M12 10V7a4 4 0 0 1 8 0v3"/>',
    body: 'M6 9h20v20H6z',
    over: '<path fill="#000" fill-opacity=".1" d="M21 9h5v20h-5z"/><path fill="I" d="M6 9h20v2.5H6z" fill-opacity=".5"/>',
    print: [14, 20, 11],
  },
  ribbon: {
    under: '<path fill="M" d="M22 22c5 0 6 3 8 7-3-1-4-.5-6 1-.5-3-2-4-5-4z"/>',
    body: 'M15 4a11 11 0 1 1 0 22 11 11 0 0 1 0-22z',
    over: '<circle cx="15" cy="15" r="5.8" fill="#d8b48a"/><circle cx="15" cy="15" r="2.3" fill="#8d6a45"/><circle cx="15" cy="15" r="8.5" fill="none" stroke="D" stroke-opacity=".35" stroke-width=".7"/>',
    print: [15, 15, 0],
  },
  napkins: {
    under: '<path fill="#fff" d="M7 8l19 3-3 18-19-3z"/><path fill="P" d="M9 6l18 1-1 20-18-1z"/>',
    body: 'M6 5h20v20H6z',
    over: '<path fill="none" stroke="D" stroke-opacity=".5" stroke-dasharray="1.4 .9" stroke-width=".7" d="M7.8 6.8h16.4v16.4H7.8z"/><path fill="#000" fill-opacity=".07" d="M6 15h20v10H6zM16 5h10v20H16z"/>',
    print: [16, 15, 12],
  },
  doormat: {
    body: 'M2 11h28v13H2z',
    under:
      '<path stroke="#a57c4b" stroke-width="1.6" stroke-dasharray="1 .8" d="M2 10.2h28M2 24.8h28"/>',
    over: '<path fill="none" stroke="D" stroke-width="1" d="M4.5 13.3h23v8.4h-23z"/>',
    print: [16, 17.5, 8],
  },
  doorstop: {
    body: 'M16 5c5 0 8 4 9 9l2.5 12c.4 2-.8 3.3-2.8 3.3H7.3c-2 0-3.2-1.3-2.8-3.3L7 14c1-5 4-9 9-9z',
    under: '<path fill="none" stroke="D" stroke-width="1.8" d="M12.5 7V4.5a3.5 3.5 0 0 1 7 0V7"/>',
    over: '<path fill="#000" fill-opacity=".08" d="M5 25h22l.4 1.6c.3 1.7-.8 2.7-2.7 2.7H7.3c-1.9 0-3-1-2.7-2.7z"/>',
    print: [16, 18, 12],
  },
  knob: {
    under:
      '<path fill="#b98d5e" d="M2 19h28v10H2z"/><path fill="#a57c4b" d="M2 19h28v1.3H2z"/><path fill="#c9a13b" d="M13 17h6v5h-6z"/>',
    body: 'M16 3a8 8 0 1 1 0 16 8 8 0 0 1 0-16z',
    over: '<path fill="#fff" fill-opacity=".45" d="M11 8.5C12 6.5 14 5.3 16 5.3c-1.6 1-3 2.5-3.6 4.5z"/><circle cx="16" cy="11" r="7.3" fill="none" stroke="D" stroke-opacity=".45"/>',
    print: [16, 11, 7],
  },
  hook: {
    under:
      '<path fill="none" stroke="D" stroke-width="2.6" stroke-linecap="round" d="M16 16v6a5 5 0 0 0 9 3"/>',
    body: 'M9 4h14a3 3 0 0 1 3 3v8a3 3 0 0 1-3 3H9a3 3 0 0 1-3-3V7a3 3 0 0 1 3-3z',
    over: '<circle cx="8.6" cy="6.6" r=".8" fill="D"/><circle cx="23.4" cy="6.6" r=".8" fill="D"/><circle cx="25.3" cy="24.8" r="2" fill="D"/>',
    print: [16, 11, 9],
  },
  sign: {
    under:
      '<path fill="none" stroke="#8d7a5f" stroke-width=".9" d="M8 11l8-7 8 7"/><circle cx="16" cy="3.8" r="1.1" fill="#8d7a5f"/>',
    body: 'M4 10h24a1.5 1.5 0 0 1 1.5 1.5v13A1.5 1.5 0 0 1 28 26H4a1.5 1.5 0 0 1-1.5-1.5v-13A1.5 1.5 0 0 1 4 10z',
    over: '<rect x="4.3" y="11.8" width="23.4" height="12.4" rx="1" fill="none" stroke="P" stroke-width=".9"/>',
    print: [16, 18, 9.5],
  },
  signtext: {
    under:
      '<path fill="none" stroke="#8d7a5f" stroke-width=".9" d="M8 11l8-7 8 7"/><circle cx="16" cy="3.8" r="1.1" fill="#8d7a5f"/>',
    body: 'M4 10h24a1.5 1.5 0 0 1 1.5 1.5v13A1.5 1.5 0 0 1 28 26H4a1.5 1.5 0 0 1-1.5-1.5v-13A1.5 1.5 0 0 1 4 10z',
    over: '<rect x="4.3" y="11.8" width="23.4" height="12.4" rx="1" fill="none" stroke="P" stroke-width=".9"/><path stroke="P" stroke-width="1.7" stroke-linecap="round" d="M9 16h14M11 20h10"/>',
    print: [16, 18, 0],
  },
  canvas: {
    under: '<path fill="#c9a57a" d="M3 4h26v24H3z"/>',
    body: 'M5 6h22v20H5z',
    over: '<path fill="none" stroke="#000" stroke-opacity=".12" d="M5.5 6.5h21v19h-21z"/>',
    print: [16, 16, 14],
  },
  frame: {
    body: 'M4 3h24v26H4z',
    over: '<path fill="#fffdf6" d="M8 7h16v18H8z"/><path fill="#cfe6f5" d="M9.5 8.5h13v15h-13z"/><path fill="#8fbf7f" d="M9.5 19l4-4 3.5 3.5 2-2 3.5 3.5v3.5h-13z"/><circle cx="19" cy="12" r="1.8" fill="#ffd75e"/><path fill="none" stroke="D" stroke-width=".9" d="M4.5 3.5h23v25h-23z"/>',
    print: [16, 16, 0],
  },
  mirror: {
    body: 'M16 2c7 0 11 6 11 13s-4 14-11 14S5 22 5 15 9 2 16 2z',
    over: '<ellipse cx="16" cy="15.5" rx="8" ry="10.5" fill="#d8ecf5"/><path fill="#fff" fill-opacity=".75" d="M11 17l8-10 2 2-9 11zM14 22l8-10 .6 1.6-7.6 9.4z"/>',
    print: [16, 16, 0],
  },
  clock: {
    body: 'M16 3a13 13 0 1 1 0 26 13 13 0 0 1 0-26z',
    over: '<circle cx="16" cy="16" r="9.6" fill="#fffdf6"/><path fill="none" stroke="#43434d" stroke-width="1.5" stroke-linecap="round" d="M16 10v6l4 2.5"/><g fill="D"><circle cx="16" cy="8" r=".9"/><circle cx="24" cy="16" r=".9"/><circle cx="16" cy="24" r=".9"/><circle cx="8" cy="16" r=".9"/></g>',
    print: [16, 16, 0],
  },
  alarmclock: {
    under:
      '<path stroke="D" stroke-width="2" stroke-linecap="round" d="M9 26l-2.5 3M23 26l2.5 3"/><path fill="D" d="M4 9a5 5 0 0 1 8-4zM28 9a5 5 0 0 0-8-4z"/>',
    body: 'M16 5.5a11.5 11.5 0 1 1 0 23 11.5 11.5 0 0 1 0-23z',
    over: '<circle cx="16" cy="17" r="8.6" fill="#fffdf6"/><path fill="none" stroke="#43434d" stroke-width="1.5" stroke-linecap="round" d="M16 11.5V17l3.5 2.5"/>',
    print: [16, 16, 0],
  },
  wateringcan: {
    under:
      '<path fill="none" stroke="D" stroke-width="1.8" d="M12 13c0-7 12-7 13 0M25 17c5 0 5 7 0 8"/><path fill="D" d="M10 18L4 11l-2.5 2L10 24z"/><path fill="M" d="M1 10l4-3 1.5 2-4 3z"/>',
    body: 'M10 14h15l1.5 13a1.5 1.5 0 0 1-1.5 1.6H10a1.5 1.5 0 0 1-1.5-1.6z',
    print: [17.5, 21.5, 9],
  },
  planter: {
    under:
      '<path fill="#5fa55a" d="M16 18c-1-7-6-9-9-9 0 5 3 9 9 9zM16 18c1-7 6-9 9-9 0 5-3 9-9 9zM16 17c-2-5-2-9 0-13 2 4 2 8 0 13z"/>',
    body: 'M7 18h18l-2.5 10.5a1.5 1.5 0 0 1-1.5 1H11a1.5 1.5 0 0 1-1.5-1z',
    over: '<path fill="D" d="M6 16.5h20v3.3H6z"/>',
    print: [16, 24.5, 7],
  },
  birdhouse: {
    under: '<path fill="#a57c4b" d="M15 25h2v6h-2z"/>',
    body: 'M7 13l9-8 9 8v12.5H7z',
    over: '<path fill="D" d="M16 2.5L29 14l-1.6 1.8L16 5.8 4.6 15.8 3 14z"/><circle cx="16" cy="15.5" r="3.3" fill="#4b3424"/><path stroke="#a57c4b" stroke-width="1.3" stroke-linecap="round" d="M16 21v1.5"/>',
    print: [16, 20, 0],
  },
  parasol: {
    under:
      '<path fill="none" stroke="#a57c4b" stroke-width="1.6" stroke-linecap="round" d="M16 5v23"/>',
    body: 'M16 4c8 0 13 6 13.5 12-2.5-2-5-2-6.7 0-2-2-4.8-2-6.8 0-2-2-4.8-2-6.8 0-1.7-2-4.2-2-6.7 0C3 10 8 4 16 4z',
    over: '<path fill="D" fill-opacity=".3" d="M16 4c3 3 6 7 6.8 12-2-2-4.8-2-6.8 0z"/><path fill="D" d="M15.3 2.5h1.4V5h-1.4z"/>',
    print: [16, 11, 0],
  },
  umbrella: {
    under:
      '<path fill="none" stroke="#6b4f38" stroke-width="1.6" stroke-linecap="round" d="M16 5v20.5a3 3 0 0 0 6 0"/>',
    body: 'M16 4c8 0 13 6 13.5 12-2.5-2-5-2-6.7 0-2-2-4.8-2-6.8 0-2-2-4.8-2-6.8 0-1.7-2-4.2-2-6.7 0C3 10 8 4 16 4z',
    over: '<path fill="D" fill-opacity=".25" d="M16 4c3 3 6 7 6.8 12-2-2-4.8-2-6.8 0z"/>',
    print: [16, 10.5, 0],
  },
  tag: {
    under: '<path fill="none" stroke="#8d6a45" stroke-width="1.2" d="M16 8c0-5 6-7 9-4"/>',
    body: 'M10.5 6h11L26 11v16a2 2 0 0 1-2 2H8a2 2 0 0 1-2-2V11z',
    over: '<circle cx="16" cy="10" r="1.8" fill="#fff"/><circle cx="16" cy="10" r="2.6" fill="none" stroke="D" stroke-width=".8"/>',
    print: [16, 20, 11],
  },
  wallet: {
    body: 'M3 8h26v17a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2z',
    under: '<path fill="#f3f6f8" d="M6 5h20v5H6z"/><path fill="#8fb4d8" d="M6 6.5h20v1.6H6z"/>',
    over: '<path fill="D" fill-opacity=".8" d="M15.3 8h1.4v19h-1.4z"/><path fill="none" stroke="P" stroke-opacity=".7" stroke-width=".6" stroke-dasharray="1.2 .8" d="M4.5 9.5h10v16h-10zM17.5 9.5h10v16h-10z"/>',
    print: [22.5, 17.5, 8],
  },
  necklace: {
    under:
      '<path fill="none" stroke="#c9a13b" stroke-width=".9" d="M6 3c-2 12 2 18 10 18S28 15 26 3"/>',
    body: 'M16 20.5c3 0 4.5 2 4.5 4.5 0 2.7-2 4.5-4.5 4.5s-4.5-1.8-4.5-4.5c0-2.5 1.5-4.5 4.5-4.5z',
    over: '<g fill="M"><circle cx="5.6" cy="9" r="1.8"/><circle cx="7" cy="14" r="2"/><circle cx="10.6" cy="18.4" r="2.2"/><circle cx="26.4" cy="9" r="1.8"/><circle cx="25" cy="14" r="2"/><circle cx="21.4" cy="18.4" r="2.2"/></g><path fill="#fff" fill-opacity=".5" d="M13.5 24c.3-1.3 1-2 2-2.2-.7.8-1 1.7-1 2.7z"/><circle cx="16" cy="25" r="4.5" fill="none" stroke="D" stroke-width=".7"/>',
    print: [16, 25, 0],
  },
  bracelet: {
    under:
      '<ellipse cx="16" cy="16" rx="11" ry="9.5" fill="none" stroke="#c9a13b" stroke-width="1"/>',
    body: 'M16 4a2.6 2.6 0 1 1 0 5.2A2.6 2.6 0 0 1 16 4zM16 22.8a2.6 2.6 0 1 1 0 5.2 2.6 2.6 0 0 1 0-5.2zM5 13.4a2.6 2.6 0 1 1 0 5.2 2.6 2.6 0 0 1 0-5.2zM27 13.4a2.6 2.6 0 1 1 0 5.2 2.6 2.6 0 0 1 0-5.2z',
    over: '<g fill="D"><circle cx="8.2" cy="9" r="2.3"/><circle cx="23.8" cy="9" r="2.3"/><circle cx="8.2" cy="23" r="2.3"/><circle cx="23.8" cy="23" r="2.3"/></g>',
    print: [16, 16, 0],
  },
  earrings: {
    under:
      '<path fill="none" stroke="#c9a13b" stroke-width="1.1" d="M9 12V7a2.5 2.5 0 0 0-5 0M23 12V7a2.5 2.5 0 0 0-5 0"/>',
    body: 'M9 11c3.6 5 4.8 7.5 4.8 10.5A4.6 4.6 0 0 1 9 26.5a4.6 4.6 0 0 1-4.8-5C4.2 18.5 5.4 16 9 11zM23 11c3.6 5 4.8 7.5 4.8 10.5a4.6 4.6 0 0 1-4.8 5 4.6 4.6 0 0 1-4.8-5c0-3 1.2-5.5 4.8-10.5z',
    over: '<g fill="#fff" fill-opacity=".5"><path d="M6.5 21.5c.1-2 .7-3.6 1.9-5.3.1 2-.3 4-.9 5.8zM20.5 21.5c.1-2 .7-3.6 1.9-5.3.1 2-.3 4-.9 5.8z"/></g>',
    print: [16, 16, 0],
  },
  gem: {
    body: 'M9 6h14l7 8-14 14L2 14z',
    over: '<path fill="#fff" fill-opacity=".4" d="M9 6h7l-5 8H2zM23 6l7 8h-9z"/><path fill="D" fill-opacity=".4" d="M11 14h10l-5 14zM21 14h9L16 28z"/>',
    print: [16, 16, 0],
  },
  candle: {
    under:
      '<ellipse cx="16" cy="28" rx="10" ry="2.6" fill="#c9ccd1"/><path stroke="#4b3424" stroke-width="1" d="M16 9v4"/><path fill="#ffb02e" d="M16 1c2.4 3 3.2 4.6 3.2 6.2a3.2 3.2 0 0 1-6.4 0C12.8 5.6 13.6 4 16 1z"/><path fill="#fff0b0" d="M16 5c1.1 1.4 1.4 2.1 1.4 2.9a1.4 1.4 0 0 1-2.8 0c0-.8.3-1.5 1.4-2.9z"/>',
    body: 'M11 12h10v15c0 1-2.2 1.8-5 1.8S11 28 11 27z',
    over: '<ellipse cx="16" cy="12" rx="5" ry="1.4" fill="#fff" fill-opacity=".55"/><path fill="#000" fill-opacity=".07" d="M18.5 13H21v14c0 .7-1 1.3-2.5 1.6z"/>',
    print: [16, 20.5, 7.5],
  },
  tumbler: {
    body: 'M8 5h16l-1.8 22a2 2 0 0 1-2 1.8h-8.4a2 2 0 0 1-2-1.8z',
    over: '<path fill="#fff" fill-opacity=".55" d="M8 5h16l-.6 7H8.6z"/><path fill="#fff" fill-opacity=".4" d="M11 14h2l.6 12h-1.8z"/>',
    print: [16.5, 19, 8],
  },
  hairclip: {
    body: 'M15 16C9 9 4 8 2.5 10.5c-1.2 2-1.2 9 0 11C4 24 9 23 15 16zM17 16c6-7 11-8 12.5-5.5 1.2 2 1.2 9 0 11C28 24 23 23 17 16z',
    over: '<rect x="12.8" y="12.6" width="6.4" height="6.8" rx="2" fill="D"/>',
    print: [16, 16, 0],
  },
  keyring: {
    under: '<circle cx="16" cy="7" r="5" fill="none" stroke="#9aa6b0" stroke-width="1.8"/>',
    body: 'M12 12h8a3 3 0 0 1 3 3v11a3 3 0 0 1-3 3h-8a3 3 0 0 1-3-3V15a3 3 0 0 1 3-3z',
    over: '<circle cx="16" cy="14.5" r="1.3" fill="#fff"/>',
    print: [16, 22, 9],
  },
  soapdish: {
    under:
      '<rect x="8" y="11" width="16" height="8" rx="3.5" fill="#bfe3ea"/><rect x="10" y="12.6" width="9" height="2" rx="1" fill="#fff" fill-opacity=".7"/><g fill="#dff3f7"><circle cx="24" cy="8" r="2"/><circle cx="21" cy="5.5" r="1.2"/></g>',
    body: 'M4 18h24c0 5-4 9-12 9S4 23 4 18z',
    print: [16, 22.5, 0],
  },
  pencils: {
    under:
      '<path fill="#f3c98b" d="M9 4l2 6H7zM16 2l2 6h-4zM23 4l2 6h-4z"/><path fill="#43434d" d="M9 4l.8 2.4H8.2zM16 2l.8 2.4h-1.6zM23 4l.8 2.4h-1.6z"/><path fill="#e0574f" d="M7 10h4v8H7z"/><path fill="#f2b632" d="M14 8h4v10h-4z"/><path fill="#4a86c8" d="M21 10h4v8h-4z"/>',
    body: 'M5 15h22l-1 13a1.5 1.5 0 0 1-1.5 1.4h-17A1.5 1.5 0 0 1 6 28z',
    print: [16, 22, 9],
  },
  chalkboard: {
    under: '<path fill="#b98d5e" d="M3 4h26v23H3z"/>',
    body: 'M5 6h22v19H5z',
    over: '<path fill="#37443c" d="M5 6h22v19H5z"/><path stroke="#e9efe9" stroke-width="1.1" stroke-linecap="round" d="M9 11h12M9 15h9"/><path fill="#e9efe9" d="M20 23.5h4v1h-4z"/>',
    print: [20, 19, 7],
  },
  bauble: {
    under:
      '<path fill="none" stroke="#c9a13b" stroke-width="1" d="M14.5 4a1.5 1.5 0 0 1 3 0v2"/><path fill="#dcae35" d="M13 6h6v4h-6z"/>',
    body: 'M16 9a10.5 10.5 0 1 1 0 21 10.5 10.5 0 0 1 0-21z',
    over: '<path fill="#fff" fill-opacity=".4" d="M9 17c.8-3 2.8-4.8 5.5-5.4-2.2 1.6-3.6 3.7-4 6.2z"/>',
    print: [16, 20, 9],
  },
  wreath: {
    under:
      '<circle cx="16" cy="15" r="10" fill="none" stroke="#41793f" stroke-width="6.5"/><circle cx="16" cy="15" r="10" fill="none" stroke="#67a960" stroke-width="5" stroke-dasharray="2.2 1.6"/>',
    body: 'M15.3 25.5C11 21.5 7.6 22 7 24c-.6 2 0 5 1.2 5.5 1.8.7 4.8-.5 7.1-4zM16.7 25.5c4.3-4 7.7-3.5 8.3-1.5.6 2 0 5-1.2 5.5-1.8.7-4.8-.5-7.1-4z',
    over: '<circle cx="16" cy="25.4" r="2" fill="D"/><g fill="#d8343c"><circle cx="8" cy="10" r="1.3"/><circle cx="23" cy="8" r="1.3"/><circle cx="25.5" cy="17" r="1.3"/><circle cx="13" cy="5.6" r="1.3"/></g>',
    print: [16, 15, 8],
  },
  hanging: {
    under:
      '<path fill="none" stroke="#a9825b" stroke-width="1" d="M16 1v9"/><circle cx="16" cy="2" r="1.3" fill="none" stroke="#a9825b" stroke-width=".8"/>',
    body: 'M16 29C4 21 4 14 7.5 11.3c3-2.3 6.9-.9 8.5 2.2 1.6-3.1 5.5-4.5 8.5-2.2C28 14 28 21 16 29z',
    print: [16, 19, 9],
  },
  jar: {
    under:
      '<path fill="#e4f1f3" d="M8 9h16c2 2 2.5 4 2.5 6v11a3 3 0 0 1-3 3h-15a3 3 0 0 1-3-3V15c0-2 .5-4 2.5-6z"/>',
    body: 'M8 4h16a1 1 0 0 1 1 1v4H7V5a1 1 0 0 1 1-1z',
    over: '<path fill="#d9495a" fill-opacity=".85" d="M6.8 16h18.4v9.5a2.5 2.5 0 0 1-2.5 2.5H9.3a2.5 2.5 0 0 1-2.5-2.5z"/><rect x="10" y="17.5" width="12" height="7.5" rx="1" fill="#fffdf6"/><path fill="#fff" fill-opacity=".6" d="M8 12h1.5v12H8z"/>',
    print: [16, 21.3, 6],
  },
  doily: {
    body: 'M16 3c2 0 2.5 1.5 4 2s3 0 4.3 1.3S25.5 9 26.5 10.4 29 13 29 16s-1.5 4-2.5 5.6-.8 2.8-2.2 4.1-2.8 1-4.3 1.5-2 1.8-4 1.8-2.5-1.3-4-1.8-3-.2-4.3-1.5-1.2-2.5-2.2-4.1S3 19 3 16s1.5-4.2 2.5-5.6.9-2.8 2.2-4.1S10.5 5.5 12 5s2-2 4-2z',
    over: '<circle cx="16" cy="16" r="7" fill="none" stroke="D" stroke-opacity=".6" stroke-width=".8"/><circle cx="16" cy="16" r="10" fill="none" stroke="D" stroke-opacity=".6" stroke-width="1" stroke-dasharray="1.3 1.3"/>',
    print: [16, 16, 8],
  },
  rack: {
    under: '<path fill="D" d="M5 27h3v3H5zM24 27h3v3h-3z"/>',
    body: 'M4 10c0-4 5-7 12-7s12 3 12 7v17H4z',
    over: '<path fill="#fff" fill-opacity=".25" d="M7 12h18v5H7zM7 20h18v5H7z"/><path stroke="D" stroke-width="1.1" d="M7 17h18M7 25h18"/>',
    print: [16, 9, 0],
  },
  stool: {
    under:
      '<path stroke="#8d6a45" stroke-width="2.2" stroke-linecap="round" d="M9 17L7 29M23 17l2 12M8 24h16"/>',
    body: 'M5 12c0-3 5-5 11-5s11 2 11 5v3c0 2-5 4-11 4S5 17 5 15z',
    over: '<ellipse cx="16" cy="11.5" rx="10" ry="3.3" fill="#fff" fill-opacity=".22"/>',
    print: [16, 12, 0],
  },
  curtain: {
    under:
      '<path stroke="#b98d5e" stroke-width="1.8" stroke-linecap="round" d="M2 4h28"/><path fill="#d8ecf5" d="M7 6h18v20H7z"/>',
    body: 'M4 5h11c0 8-2 14-7 16l2 8H4zM28 5H17c0 8 2 14 7 16l-2 8h6z',
    over: '<path stroke="D" stroke-width="1.4" d="M4.5 21.5h4.5M27.5 21.5H23"/>',
    print: [16, 16, 0],
  },
  warmer: {
    body: 'M16 5c7 0 11 5 11 11s-4 11-11 11S5 22 5 16 9 5 16 5z',
    over: '<path fill="none" stroke="D" stroke-opacity=".5" stroke-width=".8" stroke-dasharray="1.4 1" d="M16 7.2c5.7 0 8.8 4 8.8 8.8s-3.1 8.8-8.8 8.8S7.2 20.8 7.2 16 10.3 7.2 16 7.2z"/>',
    print: [16, 16, 11],
  },
} as const satisfies Readonly<Record<string, Shape>>

export type ShapeName = keyof typeof SHAPES
