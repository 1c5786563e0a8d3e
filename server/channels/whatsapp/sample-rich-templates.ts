// Those of the stand-in's templates that have more than texts, pictures and links: places, codes, forms, catalogs, cards.

export interface SampleTemplate {
  id: string
  name: string
  language: string
  status: 'APPROVED' | 'PENDING' | 'REJECTED' | 'PAUSED' | 'DISABLED'
  category: 'UTILITY' | 'MARKETING' | 'AUTHENTICATION'
  parameter_format: 'POSITIONAL' | 'NAMED'
  components: object[]
}

export const quickReplies = (...texts: string[]) => ({
  type: 'BUTTONS',
  buttons: texts.map((text) => ({ type: 'QUICK_REPLY', text })),
})

export const richSamples: Omit<SampleTemplate, 'id'>[] = [
  {
    name: 'pick_up_point',
    language: 'en_US',
    status: 'APPROVED',
    category: 'UTILITY',
    parameter_format: 'POSITIONAL',
    components: [
      { type: 'HEADER', format: 'LOCATION' },
      { type: 'BODY', text: 'Your order waits at the place above.' },
    ],
  },
  {
    name: 'discount',
    language: 'en_US',
    status: 'APPROVED',
    category: 'MARKETING',
    parameter_format: 'POSITIONAL',
    components: [
      { type: 'BODY', text: 'Ten percent on everything this week.' },
      { type: 'BUTTONS', buttons: [{ type: 'COPY_CODE', text: 'Copy offer code', example: ['TEN'] }] },
    ],
  },
  {
    name: 'book_a_visit',
    language: 'en_US',
    status: 'APPROVED',
    category: 'UTILITY',
    parameter_format: 'NAMED',
    components: [
      {
        type: 'BODY',
        text: 'Hello {{customer_name}}, when shall we look at your machine? Choose a day that suits you.',
        example: { body_text_named_params: [{ param_name: 'customer_name', example: 'Ana' }] },
      },
      {
        type: 'BUTTONS',
        buttons: [
          {
            type: 'FLOW',
            text: 'Choose a day',
            flow_id: 1_197_715_005_513_101,
            flow_action: 'NAVIGATE',
            navigate_screen: 'DAY',
          },
        ],
      },
    ],
  },
  {
    name: 'our_shelves',
    language: 'en_US',
    status: 'APPROVED',
    category: 'MARKETING',
    parameter_format: 'POSITIONAL',
    components: [
      { type: 'BODY', text: 'All that we roast, grind and brew with. Have a look around.' },
      { type: 'FOOTER', text: 'Delivered within two days.' },
      { type: 'BUTTONS', buttons: [{ type: 'CATALOG', text: 'View catalog' }] },
    ],
  },
  {
    name: 'share_your_number',
    language: 'en_US',
    status: 'APPROVED',
    category: 'UTILITY',
    parameter_format: 'POSITIONAL',
    components: [
      { type: 'BODY', text: 'May we have your number? The courier rings before coming.' },
      { type: 'BUTTONS', buttons: [{ type: 'REQUEST_CONTACT_INFO', text: 'Share contact info' }] },
    ],
  },
  {
    name: 'left_in_your_basket',
    language: 'en_US',
    status: 'APPROVED',
    category: 'MARKETING',
    parameter_format: 'POSITIONAL',
    components: [
      { type: 'HEADER', format: 'TEXT', text: 'Still interested?' },
      { type: 'BODY', text: 'These are still in your basket.' },
      { type: 'BUTTONS', buttons: [{ type: 'MPM', text: 'View items' }] },
    ],
  },
  {
    name: 'three_origins',
    language: 'en_US',
    status: 'APPROVED',
    category: 'MARKETING',
    parameter_format: 'POSITIONAL',
    components: [
      { type: 'BODY', text: 'Three origins, three roasts.' },
      {
        type: 'CAROUSEL',
        cards: ['Ethiopia', 'Colombia', 'Sumatra'].map((origin) => ({
          components: [
            { type: 'HEADER', format: 'IMAGE', example: { header_handle: ['https://shop.example.com/origin.jpg'] } },
            { type: 'BODY', text: origin },
            quickReplies('Send me some'),
          ],
        })),
      },
    ],
  },
  {
    name: 'until_sunday',
    language: 'en_US',
    status: 'APPROVED',
    category: 'MARKETING',
    parameter_format: 'POSITIONAL',
    components: [
      {
        type: 'LIMITED_TIME_OFFER',
        limited_time_offer: { text: 'Until Sunday', has_expiration: true },
      },
      { type: 'BODY', text: 'A fifth off every grinder.' },
      {
        type: 'BUTTONS',
        buttons: [
          { type: 'COPY_CODE', text: 'Copy offer code', example: ['GRIND'] },
          { type: 'URL', text: 'To the shop', url: 'https://shop.example.com/grinders' },
        ],
      },
    ],
  },
]
