// Templates as Meta writes them, and what we make of them.
import { expect, test } from 'vitest'
import { SAMPLE_TEMPLATES } from './sample-templates.ts'
import { fillIn, filledTarget, MetaTemplate, readTemplate, templatePart, withHeaderFile } from './template.ts'

const read = (components: unknown, more: object = {}) =>
  readTemplate(
    MetaTemplate.parse({ name: 'a', language: 'en', status: 'APPROVED', category: 'UTILITY', components, ...more }),
  )
const sample = (name: string, language = 'en_US') =>
  readTemplate(MetaTemplate.parse(SAMPLE_TEMPLATES.find((each) => each.name === name && each.language === language)))

test('each place for a value is a variable with Meta’s example, in the order in which Meta wants them', () => {
  expect(sample('shipping_update', 'pt_BR').variables).toEqual([
    { key: 'header.1', part: 'header', name: '1', button: null, example: '4711' },
    { key: 'body.1', part: 'body', name: '1', button: null, example: 'Ana' },
    { key: 'body.2', part: 'body', name: '2', button: null, example: 'amanhã' },
    { key: 'button.0', part: 'button', name: '1', button: 'Acompanhar pedido', example: '4711' },
  ])
  expect(sample('follow_up').variables.map(({ key, example }) => [key, example])).toEqual([
    ['header.topic', 'your repair'],
    ['body.customer_name', 'Ana'],
    ['body.subject', 'the coffee machine that you brought'],
  ])
})

test('numbers are given in their order and once, however often and wherever they stand', () => {
  const template = read([
    {
      type: 'BODY',
      text: '{{2}} is {{10}}, {{1}} is {{2}}',
      example: { body_text: [['one', 'two', 'ten']] },
    },
  ])
  const values = { 'body.1': 'a', 'body.2': 'b', 'body.10': 'c' }
  expect(template.variables.map(({ name, example }) => [name, example])).toEqual([
    ['1', 'one'],
    ['2', 'two'],
    ['10', 'ten'],
  ])
  expect(templatePart(template, values)).toMatchObject({
    components: [{ type: 'body', parameters: [{ text: 'a' }, { text: 'b' }, { text: 'c' }] }],
  })
  expect(fillIn('body', template.body, values)).toBe('b is c, a is b')
})

test('what a value contains is not taken for a place of another value', () => {
  expect(fillIn('body', '{{1}} and {{2}}', { 'body.1': '{{2}} $& $1', 'body.2': 'x' })).toBe('{{2}} $& $1 and x')
})

test('what has no value yet stays in braces', () => {
  const { body, buttons } = sample('shipping_update', 'pt_BR')
  expect(fillIn('body', body, { 'body.1': 'Ana', 'body.2': '' })).toContain('chega {{2}}')
  expect(filledTarget(buttons[0]!, 0, {})).toBe('https://shop.example.com/pedidos/{{1}}')
  expect(filledTarget(buttons[0]!, 0, { 'button.0': '4711' })).toBe('https://shop.example.com/pedidos/4711')
  expect(filledTarget(buttons[1]!, 1, {})).toBe('+15550100000')
})

test('a template without variables is sent without components', () => {
  expect(templatePart(sample('opening_hours'), {})).toEqual({ name: 'opening_hours', language: { code: 'en_US' } })
})

test.each([
  ['new_blend', null],
  ['pick_up_point', 'header_location'],
  ['sign_in_code', 'authentication'],
  ['discount', 'button'],
  ['follow_up', null],
])('%s: what prevents sending it from here is %s', (name, obstacle) => {
  expect(sample(name).obstacle).toBe(obstacle)
})

test.each([
  [
    'a part nobody knows',
    [
      { type: 'BODY', text: 'x' },
      { type: 'CAROUSEL', cards: [] },
    ],
  ],
  [
    'a header nobody knows',
    [
      { type: 'HEADER', format: 'HOLOGRAM' },
      { type: 'BODY', text: 'x' },
    ],
  ],
])('with %s a template is listed, and not sent', (_, components) => {
  expect(read(components)).toMatchObject({ body: 'x', obstacle: 'unknown_part' })
})

test('one that begins with a file says of which kind, and gets the file’s id when it is sent', () => {
  const template = sample('new_blend')
  expect(template).toMatchObject({ header: null, header_file: 'image', variables: [{ key: 'body.1' }] })
  const part = templatePart(template, { 'body.1': 'Ana' })
  expect(withHeaderFile(part, { id: '77', file_name: 'blend.jpg' })).toEqual({
    name: 'new_blend',
    language: { code: 'en_US' },
    components: [
      { type: 'header', parameters: [{ type: 'image', image: { id: '77' } }] },
      { type: 'body', parameters: [{ type: 'text', text: 'Ana' }] },
    ],
  })
  const invoice = templatePart(
    read([
      { type: 'HEADER', format: 'DOCUMENT' },
      { type: 'BODY', text: 'x' },
    ]),
    {},
  )
  expect(withHeaderFile(invoice, { id: '78', file_name: 'invoice.pdf' })).toMatchObject({
    components: [
      { type: 'header', parameters: [{ type: 'document', document: { id: '78', filename: 'invoice.pdf' } }] },
    ],
  })
})

test('what Meta writes otherwise than expected leaves gaps, and never fails', () => {
  expect(read('nothing')).toMatchObject({ body: '', buttons: [], variables: [] })
  expect(
    read([
      { type: 'body', text: 'Hi {{1}}', example: { body_text: 'Ana' } },
      { type: 'footer', text: null },
      { type: 'buttons', buttons: 'none' },
    ]),
  ).toMatchObject({ body: 'Hi {{1}}', footer: null, variables: [{ name: '1', example: null }], obstacle: null })
})
