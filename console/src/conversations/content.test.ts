// What WhatsApp wrote is shown as far as it can be read; whatever it is, the thread is shown.
import { expect, test } from 'vitest'
import {
  answersOf,
  cardsOf,
  fileNameOf,
  isForm,
  isForwarded,
  orderOf,
  placeOf,
  productOf,
  referralOf,
  replyOf,
  shownOf,
} from './content.ts'

test('a place, a card, a reply, a form and an order are read as Meta writes them', () => {
  expect(placeOf({ location: { latitude: 37.4, longitude: -122.1, name: 'Philz' } })).toEqual({
    name: 'Philz',
    address: null,
    href: 'https://www.openstreetmap.org/?mlat=37.4&mlon=-122.1#map=17/37.4/-122.1',
  })
  const barbara = {
    name: { formatted_name: 'Barbara' },
    phones: [{ phone: '+1 555' }, {}],
    emails: [{ email: 'barbara@example.com', type: 'WORK' }],
    urls: [{ url: 'https://example.com' }],
    org: { company: 'Hats and Sons' },
  }
  expect(cardsOf({ contacts: [barbara, { name: { first_name: 'Ben' } }] })).toEqual([
    { name: 'Barbara', company: 'Hats and Sons', reachedBy: ['+1 555', 'barbara@example.com', 'https://example.com'] },
    { name: 'Ben', company: null, reachedBy: [] },
  ])
  expect(replyOf({ interactive: { list_reply: { title: 'Express', description: 'Next day' } } })).toEqual({
    title: 'Express',
    description: 'Next day',
  })
  const json = JSON.stringify({ flow_token: 'x', size: 'L', many: [1, 2] })
  expect(answersOf({ interactive: { nfm_reply: { response_json: json } } })).toEqual([
    { name: 'size', value: 'L' },
    { name: 'many', value: '[1,2]' },
  ])
  expect(orderOf({ order: { product_items: [{ product_retailer_id: 'a', quantity: 2 }] } })).toEqual([
    { id: 'a', quantity: 2, price: null },
  ])
  expect(fileNameOf('document', { document: { filename: 'receipt.pdf' } })).toBe('receipt.pdf')
})

test('what made the customer write is read as Meta writes it', () => {
  const referral = {
    source_type: 'ad',
    source_url: 'https://fb.me/x',
    headline: 'Chat with us',
    body: 'Summer is here',
  }
  expect(referralOf({ type: 'text', referral })).toEqual({
    kind: 'ad',
    headline: 'Chat with us',
    body: 'Summer is here',
    href: 'https://fb.me/x',
  })
  expect(referralOf({ referral: { source_type: 'post', source_url: 'javascript:alert(1)' } })).toEqual({
    kind: 'post',
    headline: null,
    body: null,
    href: null,
  })
  expect(productOf({ context: { id: 'wamid.1', referred_product: { product_retailer_id: 'di9ozbzfi4' } } })).toBe(
    'di9ozbzfi4',
  )
  expect(
    [{ forwarded: true }, { frequently_forwarded: true }, { id: 'wamid.1' }].map((context) => isForwarded({ context })),
  ).toEqual([true, true, false])
})

test.each([null, undefined, 1, 'text', [], {}, { location: 'x', contacts: {}, interactive: [], order: 1 }])(
  'nothing is read from %j',
  (content) => {
    expect(placeOf(content)).toBeNull()
    expect(cardsOf(content)).toEqual([])
    expect(replyOf(content)).toBeNull()
    expect(answersOf(content)).toEqual([])
    expect(isForm(content)).toBe(false)
    expect(orderOf(content)).toEqual([])
    expect(referralOf(content)).toBeNull()
    expect(productOf(content)).toBeNull()
    expect(isForwarded(content)).toBe(false)
    expect(fileNameOf('document', content)).toBeNull()
  },
)

test('a form that is no JSON, a place without numbers and a currency that is none are left out', () => {
  expect(answersOf({ interactive: { nfm_reply: { response_json: '{' } } })).toEqual([])
  expect(isForm({ interactive: { nfm_reply: { response_json: '{' } } })).toBe(true)
  expect(placeOf({ location: { latitude: 'north', longitude: 1 } })).toBeNull()
  expect(placeOf({ latitude: '', longitude: ' ' })).toBeNull()
  expect(placeOf({ latitude: '90.1', longitude: '0' })).toBeNull()
  expect(orderOf({ order: { product_items: [{ item_price: 3, currency: 'x' }] } })[0]!.price).toBeNull()
})

test('a template from here shows heading, footer and buttons; one from elsewhere has none, whatever it is', () => {
  const buttons = [{ type: 'url', text: 'Track', target: 'https://example.com' }, { type: 'quick_reply' }, 'x']
  expect(shownOf({ type: 'template', shown: { header: 'Order', header_file: null, footer: ' ', buttons } })).toEqual({
    header: 'Order',
    header_file: null,
    place: null,
    footer: null,
    buttons: [
      { type: 'url', text: 'Track', target: 'https://example.com' },
      { type: 'quick_reply', text: '', target: null },
    ],
  })
  const nothing = { header: null, header_file: null, place: null, footer: null, buttons: [] }
  for (const content of [{ type: 'template', template: { name: 'x' } }, { shown: 'x' }, null, 'x'])
    expect(shownOf(content)).toEqual(nothing)
})

test('a template that begins with a place shows it, in the degrees that were sent', () => {
  expect(shownOf({ shown: { place: { latitude: '41.1579', longitude: '-8.6291', name: 'Café' } } }).place).toEqual({
    name: 'Café',
    address: null,
    href: 'https://www.openstreetmap.org/?mlat=41.1579&mlon=-8.6291#map=17/41.1579/-8.6291',
  })
})
