// Addresses in what customers write can be followed; nothing else becomes a link.
import { expect, test } from 'vitest'
import { splitLinks } from './links.ts'

test.each([
  ['see https://example.com/a?b=1#c.', ['https://example.com/a?b=1#c']],
  ['(www.example.org)', ['https://www.example.org/']],
  ['https://en.wikipedia.org/wiki/Salt_(chemistry), yes', ['https://en.wikipedia.org/wiki/Salt_(chemistry)']],
  ['请看https://example.com/路。', ['https://example.com/%E8%B7%AF']],
  ['HTTP://EXAMPLE.COM and http://b.example', ['http://example.com/', 'http://b.example/']],
  ['javascript:alert(1) data:text/html,x file:///etc a@b.example example.com', []],
  ['https://', []],
  ['"https://a.example"><script>', ['https://a.example/']],
])('%s', (text, links) => {
  const parts = splitLinks(text)
  expect(parts.flatMap(({ href }) => href ?? [])).toEqual(links)
  expect(parts.map((part) => part.text).join('')).toBe(text)
})
