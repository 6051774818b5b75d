// Small helpers over the page's elements.

/** The element with this id. The page is this package's own: a missing one is a fault. */
export function $<T extends Element = HTMLElement>(id: string): T {
  const element = document.getElementById(id)
  if (!element) throw new Error(`the page has no element "${id}"`)
  return element as unknown as T
}

/** A new element with text or children. Text is always text, never markup. */
export function el<K extends keyof HTMLElementTagNameMap>(
  name: K, className = '', ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(name)
  if (className) element.className = className
  element.append(...children)
  return element
}

/** Fills a definition list. Terms in `hex` have digits that are cut off where they do not fit. */
export function facts(list: Element, pairs: [string, string][], hex: string[] = []): void {
  list.replaceChildren(...pairs.flatMap(([term, text]) => {
    const definition = el('dd', hex.includes(term) ? 'hex' : '', text)
    if (hex.includes(term)) definition.title = text
    return [el('dt', '', term), definition]
  }))
}

/** Takes the veil off a card that had nothing to show. */
export function fill(card: Element): void {
  card.removeAttribute('data-empty')
}

/** A colour of the style sheet, as it is now: it differs between light and dark. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}

/** Sizes a canvas for sharp pixels on this screen and returns a context in CSS pixels. */
export function context(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D {
  const ratio = Math.max(1, Math.round(devicePixelRatio))
  canvas.width = width * ratio
  canvas.height = height * ratio
  const c = canvas.getContext('2d')
  if (!c) throw new Error('no 2D context')
  c.scale(ratio, ratio)
  return c
}

/** Bytes for people. */
export function bytes(n: number): string {
  if (n < 1000) return n === 1 ? '1 byte' : `${n} bytes`
  if (n < 1_000_000) return `${(n / 1000).toFixed(n < 10_000 ? 1 : 0)} kB`
  return `${(n / 1_000_000).toFixed(1)} MB`
}

/** Milliseconds for people. */
export function ms(n: number): string {
  return n < 10 ? `${n.toFixed(1)} ms` : `${Math.round(n).toLocaleString('en')} ms`
}

export const count = (n: number): string => n.toLocaleString('en')
