// PDQ's bits and views, as pages show them.

/** Cells of a side of the grid of bits. */
export const SIDE = 16

/** Bit k of a PDQ hash in hex, whose first digit holds bits 255 to 252 (row i, column j: k = 16·i + j). */
export function bit(pdq: string, k: number): number {
  return (parseInt(pdq[63 - (k >> 2)] ?? '0', 16) >> (k & 3)) & 1
}

/** PDQ's bits by rising frequency: the set's tokens are the first of them (docs/protocol.md, section 2.1). */
export const byFrequency = Array.from({ length: 256 }, (_, k) => k)
  .sort((a, b) => (a >> 4) + (a & 15) - (b >> 4) - (b & 15) || a - b)

const viewNames: Record<string, string> = { 'as-is': 'as it is', trim: 'trimmed' }

/** A view's name for people: `pad-15` pads by 1.5 %, `left-17` turns by a slope of 0.017, about a degree. */
export function viewName(view: string): string {
  const [, op, amount] = /^(pad|crop|left|right)-(\d+)$/.exec(view) ?? []
  if (op && amount) {
    if (op === 'left' || op === 'right') return `turned ${op} ${(Math.atan(Number(amount) / 1000) * 180 / Math.PI).toFixed(1)}°`
    return `${op === 'pad' ? 'padded' : 'cropped'} ${Number(amount) / 10} %`
  }
  return viewNames[view] ?? view
}

/** A line between the cells of a grid that `has` holds and those that it does not. */
export function outline(c: CanvasRenderingContext2D, cell: number, inside: ReadonlySet<number>, colour: string): void {
  const has = (x: number, y: number) => x >= 0 && y >= 0 && x < SIDE && y < SIDE && inside.has(y * SIDE + x)
  c.beginPath()
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      if (!has(x, y)) continue
      const px = x * cell - 0.5
      const py = y * cell - 0.5
      if (!has(x + 1, y)) line(c, px + cell, py, px + cell, py + cell)
      if (!has(x, y + 1)) line(c, px, py + cell, px + cell, py + cell)
    }
  }
  c.strokeStyle = colour
  c.lineWidth = 2
  c.stroke()
}

function line(c: CanvasRenderingContext2D, x0: number, y0: number, x1: number, y1: number): void {
  c.moveTo(x0, y0)
  c.lineTo(x1, y1)
}
