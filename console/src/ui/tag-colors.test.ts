// The colours of tags are readable: every chip's text stands out from its chip in both themes, by the measure of WCAG 2.
// oxlint-disable-next-line no-restricted-imports -- Node runs the test
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { TAG_COLORS } from '../../../server/tags/schema.ts'

const CONTRAST_OF_TEXT = 4.5
const CONTRAST_OF_MARKS = 3

const read = (file: string) => readFileSync(new URL(file, import.meta.url), 'utf8')
const [baseCss, colorsCss, chipCss] = ['base.css', 'tag-colors.css', 'TagChip.module.css'].map(read) as [
  string,
  string,
  string,
]

/** The custom properties of a theme; what the dark one does not set is as in the light one. */
function properties(css: string, theme: 'light' | 'dark'): Map<string, string> {
  const block = (selector: string) => css.slice(css.indexOf(`${selector} {`)).split('}')[0]!
  const set = (text: string) =>
    [...text.matchAll(/(--[\w-]+):\s*(#[0-9a-f]{6});/g)].map(([, name, value]) => [name!, value!] as const)
  return new Map([
    ...set(block(':root')),
    ...(theme === 'dark' ? set(block(":root[data-mantine-color-scheme='dark']")) : []),
  ])
}

function luminance(color: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!
}

function contrast(a: string | undefined, b: string | undefined): number {
  const [light, dark] = [luminance(a!), luminance(b!)].toSorted((x, y) => y - x)
  return (light! + 0.05) / (dark! + 0.05)
}

test('the measure is that of WCAG: black on white is 21, a colour on itself 1', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21)
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2)
  expect(contrast('#0b6a60', '#0b6a60')).toBe(1)
})

test('every preset colour has its own rule', () => {
  for (const color of ['default', ...TAG_COLORS]) {
    const rule = colorsCss.slice(colorsCss.indexOf(`[data-tag-color='${color}'] {`)).split('}')[0]
    expect(rule).toContain(`--chip: var(--tag-${color});`)
    expect(rule).toContain(`--chip-text: var(--tag-${color}-text);`)
  }
})

describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
  const tag = properties(colorsCss, theme)
  const base = properties(baseCss, theme)
  /** What chips can stand on: pages, dialogs, rows pointed at and open ones. */
  const grounds = ['--surface', '--raised', '--sunken', '--hover', '--selected'] as const

  test.each(['default', ...TAG_COLORS])(
    'text on a chip of the colour %s is readable, and so is its tick when it is chosen',
    (color) => {
      expect(contrast(tag.get(`--tag-${color}-text`), tag.get(`--tag-${color}`))).toBeGreaterThanOrEqual(
        CONTRAST_OF_TEXT,
      )
      expect(contrast(base.get('--surface'), tag.get(`--tag-${color}-text`))).toBeGreaterThanOrEqual(CONTRAST_OF_MARKS)
    },
  )

  test.each(grounds)('the muted text of a deleted tag is readable on %s', (ground) => {
    expect(chipCss).toMatch(/\[data-deleted\] \{\s+background: transparent;\s+color: var\(--ink-faint\);/)
    expect(contrast(base.get('--ink-faint'), base.get(ground))).toBeGreaterThanOrEqual(CONTRAST_OF_TEXT)
  })
})
