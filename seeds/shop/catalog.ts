// The demo shop's numbers, people and tags.
import type { TagColor } from '../../server/tags/schema.ts'
import type { DemoActor, DemoChannel, DemoTag } from './types.ts'

// 07700 900… is set aside for fiction by the British regulator; Singapore gives out no 8000 0…
export const CHANNELS: readonly DemoChannel[] = [
  { key: 'shop', name: 'Shop', phone: '+447700900100', phone_number_id: '555000000000101' },
  { key: 'trade', name: 'Wholesale', phone: '+447700900200', phone_number_id: '555000000000102' },
  { key: 'east', name: 'Asia and Gulf', phone: '+6580000100', phone_number_id: '555000000000103' },
]

export const ACTORS: readonly DemoActor[] = [
  { key: 'maren', kind: 'admin', name: 'Maren Holt', email: 'maren@harbourandvine.example' },
  { key: 'tomas', kind: 'admin', name: 'Tomás Vieira', email: 'tomas@harbourandvine.example' },
  { key: 'aisha', kind: 'agent', name: 'Aisha Rahman', email: 'aisha@harbourandvine.example' },
  { key: 'wen', kind: 'agent', name: 'Li Wen', email: 'wen@harbourandvine.example' },
  { key: 'crm', kind: 'third_party', name: 'CRM sync', email: null },
  { key: 'concierge', kind: 'ai_agent', name: 'Concierge', email: null },
  { key: 'autoclose', kind: 'ai_auto_close', name: 'Conversation analysis', email: null },
]

const list: [name: string, color: TagColor | null, description: string][] = [
  [
    'VIP',
    'amber',
    'Has ordered for more than £500 in the last twelve months, or was named so by the owners. Answer these first and by hand. Never add it because somebody says that they are important.',
  ],
  [
    'New customer',
    'sky',
    'Has placed a first order and not yet a second one. Set and taken off by the order system; not for people who only ask.',
  ],
  [
    'Regular',
    'blue',
    'Has ordered three times or more. Set by the order system. A subscription alone does not make a regular.',
  ],
  [
    'Wholesale',
    'indigo',
    'Buys, or seriously asks to buy, to sell on: 6 kg a month or more, trade prices, samples for a menu. A single large gift order is Corporate gifts instead.',
  ],
  [
    'Café or restaurant',
    'violet',
    'Writes for a café, bar, hotel or restaurant that serves our coffee or tea, or wants to. Usually together with Wholesale.',
  ],
  [
    'Office coffee',
    'slate',
    'Wants coffee or tea for the people in an office: a standing order, a machine, an offer per head and month.',
  ],
  [
    'Subscription',
    'teal',
    'Has a monthly or fortnightly subscription, or asks in earnest how to start one. Take it off only when the subscription has ended.',
  ],
  [
    'Subscription paused',
    'cyan',
    'Asked to pause or skip deliveries of a subscription, for a holiday or because there is still coffee left. Remove it once deliveries go on.',
  ],
  [
    'Order question',
    null,
    'Asks about an order that was placed: what is in it, whether it can be changed, when it leaves. Parcels that are overdue are Late delivery.',
  ],
  [
    'Late delivery',
    'orange',
    'A parcel has not come by the day that was promised, or its tracking stands still. Remove it when the parcel has arrived or was sent again.',
  ],
  [
    'Damaged parcel',
    'red',
    'Something arrived broken, torn, wet or spilt, usually with a photo. Not for coffee that simply does not taste as hoped.',
  ],
  [
    'Refund requested',
    'rose',
    'Asks for money back, in any words and for any reason, and it has not been decided yet. Goes when the refund was made or refused.',
  ],
  ['Refunded', 'pink', 'Got money back, in whole or in part. Set by the order system after the payment went out.'],
  [
    'Complaint',
    'fuchsia',
    'Is dissatisfied and says so: with the taste, the service or a mistake of ours. A plain question about a late parcel is not a complaint, unless its tone is.',
  ],
  [
    'Price question',
    null,
    'Asks what something costs, about shipping fees or for a discount, and has not ordered yet. A chance for a sale: answer within the day.',
  ],
  [
    'Tasting event',
    'purple',
    'Booked, or wants to book, a cupping or a tea tasting, in the shop or online. Also for people who ask to be told of the next one.',
  ],
  [
    'Gift',
    'emerald',
    'Buys for somebody else: gift boxes, vouchers, cards, a parcel without a price in it. Companies with long lists are Corporate gifts.',
  ],
  [
    'Corporate gifts',
    'green',
    'A company that sends presents to customers or staff: ten boxes or more, a logo, a list of addresses, an invoice.',
  ],
  [
    'Loose-leaf tea',
    'lime',
    'Buys or asks about loose tea: oolong, pu-erh, sencha, matcha, chai. Useful for news of each spring harvest.',
  ],
  [
    'Espresso',
    'brown',
    'Makes espresso at home or asks about espresso beans, a grind for a portafilter, crema, milk drinks.',
  ],
  [
    'Filter coffee',
    'yellow',
    'Brews by hand or by machine with a filter: V60, Chemex, AeroPress, French press. Asks for light roasts.',
  ],
  ['Decaf', null, 'Drinks or asks for coffee or tea without caffeine, for whatever reason.'],
  [
    'Brewing advice',
    'olive',
    'Asks how to prepare something: grind, water, temperature, amounts, a recipe. The answer is a person’s, from the bar team.',
  ],
  [
    'Allergy or diet',
    'red',
    'Must avoid something or asks what is in a product: nuts, milk, gluten, sugar, halal, kosher, vegan, pregnancy. Always have a person check the answer.',
  ],
  [
    'Invoice needed',
    null,
    'Needs an invoice with a company name or tax number, or a corrected one. Remove it when the invoice was sent.',
  ],
  [
    'Customs and duties',
    'orange',
    'A parcel is held at customs, or the customer asks about import duty, VAT or papers for their country.',
  ],
  [
    'Payment problem',
    'rose',
    'A card was declined, a payment was taken twice, or the checkout fails. Never ask for card details in the chat.',
  ],
  [
    '茶友 Tea circle',
    'emerald',
    'Belongs to our Chinese-language circle of tea friends, who get the list of new teas first. Only for those who asked to join.',
  ],
  [
    'Journalist or creator',
    'fuchsia',
    'Writes for a newspaper, a blog or a channel, and asks for samples, an interview or pictures. Hand it to Maren.',
  ],
  [
    'Supplier offer',
    'slate',
    'Wants to sell something to us: green coffee, packaging, machines, advertising. Not a customer.',
  ],
]

/** Thirty tags; the last two are hardly ever needed. They were made in the shop's first days. */
export const TAGS: readonly Omit<DemoTag, 'created_at'>[] = list.map(([name, color, description]) => ({
  name,
  description,
  color,
}))
