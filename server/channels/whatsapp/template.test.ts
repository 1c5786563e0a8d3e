// Templates as Meta writes them, and what we make of them.
import { expect, test } from 'vitest'
import { SAMPLE_TEMPLATES } from './sample-templates.ts'
import { fillIn, filledPlace, filledTarget, MetaTemplate, readTemplate } from './template.ts'
import { templatePart, withHeaderFile } from './template-part.ts'

const read = (components: unknown, more: object = {}) =>
  readTemplate(
    MetaTemplate.parse({ name: 'a', language: 'en', status: 'APPROVED', category: 'UTILITY', components, ...more }),
  )
const sample = (name: string, language = 'en_US') =>
  readTemplate(MetaTemplate.parse(SAMPLE_TEMPLATES.find((each) => each.name === name && each.language === language)))

test('each place for a value is a variable with Meta’s example, in the order in which Meta wants them', () => {
  expect(sample('shipping_update', 'pt_BR').variables).toEqual([
    { key: 'header.1', part: 'header', name: '1', button: null, example: '4711', optional: false },
    { key: 'body.1', part: 'body', name: '1', button: null, example: 'Ana', optional: false },
    { key: 'body.2', part: 'body', name: '2', button: null, example: 'amanhã', optional: false },
    { key: 'button.0', part: 'button', name: '1', button: 'Acompanhar pedido', example: '4711', optional: false },
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
  ['pick_up_point', null],
  ['discount', null],
  ['book_a_visit', null],
  ['our_shelves', null],
  ['share_your_number', null],
  ['sign_in_code', 'authentication'],
  ['left_in_your_basket', 'products'],
  ['three_origins', 'carousel'],
  ['until_sunday', 'limited_time_offer'],
  ['follow_up', null],
])('%s: what prevents sending it from here is %s', (name, obstacle) => {
  expect(sample(name).obstacle).toBe(obstacle)
})

test.each([
  ['a part nobody knows', [{ type: 'BODY', text: 'x' }, { type: 'CALL_PERMISSION_REQUEST' }]],
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

test('one that begins with a place needs its degrees, and name and address if one has them', () => {
  const template = sample('pick_up_point')
  expect(template.header).toBeNull()
  expect(template.variables.map(({ key, part, optional }) => [key, part, optional])).toEqual([
    ['location.latitude', 'location', false],
    ['location.longitude', 'location', false],
    ['location.name', 'location', true],
    ['location.address', 'location', true],
  ])
  const values = { 'location.latitude': '41.1579', 'location.longitude': '-8.6291', 'location.address': ' ' }
  expect(templatePart(template, { ...values, 'location.name': 'Café do Porto' })).toEqual({
    name: 'pick_up_point',
    language: { code: 'en_US' },
    components: [
      {
        type: 'header',
        parameters: [
          { type: 'location', location: { latitude: '41.1579', longitude: '-8.6291', name: 'Café do Porto' } },
        ],
      },
    ],
  })
  expect(filledPlace(template, values)).toEqual({ latitude: '41.1579', longitude: '-8.6291' })
  expect(filledPlace(sample('new_blend'), {})).toBeNull()
})

test('a button that copies needs its code, and leads to it', () => {
  const template = sample('discount')
  expect(template.variables).toEqual([
    { key: 'button.0', part: 'code', name: 'code', button: 'Copy offer code', example: 'TEN', optional: false },
  ])
  expect(filledTarget(template.buttons[0]!, 0, { 'button.0': 'TEN10' })).toBe('TEN10')
  expect(filledTarget(template.buttons[0]!, 0, {})).toBeNull()
  expect(templatePart(template, { 'button.0': 'TEN10' }).components).toEqual([
    {
      type: 'button',
      sub_type: 'copy_code',
      index: '0',
      parameters: [{ type: 'coupon_code', coupon_code: 'TEN10' }],
    },
  ])
})

test('a form is named and needs nothing; a catalog needs no product, and takes one', () => {
  expect(templatePart(sample('book_a_visit'), { 'body.customer_name': 'Ana' }).components).toEqual([
    { type: 'body', parameters: [{ type: 'text', parameter_name: 'customer_name', text: 'Ana' }] },
    { type: 'button', sub_type: 'flow', index: '0' },
  ])
  const shelves = sample('our_shelves')
  expect(shelves.variables).toMatchObject([{ key: 'button.0', part: 'product', optional: true }])
  expect(templatePart(shelves, {}).components).toEqual([{ type: 'button', sub_type: 'CATALOG', index: '0' }])
  expect(templatePart(shelves, { 'button.0': '2lc20305pt' }).components).toEqual([
    {
      type: 'button',
      sub_type: 'CATALOG',
      index: '0',
      parameters: [{ type: 'action', action: { thumbnail_product_retailer_id: '2lc20305pt' } }],
    },
  ])
})

test('buttons are counted with those that need nothing', () => {
  const template = read([
    { type: 'BODY', text: 'x' },
    {
      type: 'BUTTONS',
      buttons: [
        { type: 'QUICK_REPLY', text: 'Stop' },
        { type: 'COPY_CODE', example: 'TEN' },
        { type: 'URL', text: 'Shop', url: 'https://shop.example.com/{{1}}', example: ['x'] },
      ],
    },
  ])
  expect(template.variables.map(({ key, example }) => [key, example])).toEqual([
    ['button.1', 'TEN'],
    ['button.2', 'x'],
  ])
  expect(templatePart(template, { 'button.1': 'TEN', 'button.2': 'ten' }).components).toMatchObject([
    { sub_type: 'copy_code', index: '1' },
    { sub_type: 'url', index: '2' },
  ])
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
