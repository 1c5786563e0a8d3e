// The templates that the stand-in of Meta's Graph API has: such as shops have them, in several languages and states.
import { quickReplies, richSamples, type SampleTemplate } from './sample-rich-templates.ts'

const samples: Omit<SampleTemplate, 'id'>[] = [
  {
    name: 'order_ready',
    language: 'en_US',
    status: 'APPROVED',
    category: 'UTILITY',
    parameter_format: 'POSITIONAL',
    components: [
      {
        type: 'BODY',
        text: 'Hello {{1}}, your order is ready. You can pick it up any day until seven in the evening.',
        example: { body_text: [['Ana']] },
      },
    ],
  },
  {
    name: 'follow_up',
    language: 'en_US',
    status: 'APPROVED',
    category: 'UTILITY',
    parameter_format: 'NAMED',
    components: [
      {
        type: 'HEADER',
        format: 'TEXT',
        text: 'About {{topic}}',
        example: { header_text_named_params: [{ param_name: 'topic', example: 'your repair' }] },
      },
      {
        type: 'BODY',
        text: 'Hello {{customer_name}}, there is news about {{subject}}.\n\nAnswer here and we go on where we stopped.',
        example: {
          body_text_named_params: [
            { param_name: 'customer_name', example: 'Ana' },
            { param_name: 'subject', example: 'the coffee machine that you brought' },
          ],
        },
      },
      { type: 'FOOTER', text: 'You get this because you wrote to us.' },
      quickReplies('Yes, tell me', 'Not now'),
    ],
  },
  {
    name: 'follow_up',
    language: 'es',
    status: 'APPROVED',
    category: 'UTILITY',
    parameter_format: 'NAMED',
    components: [
      {
        type: 'HEADER',
        format: 'TEXT',
        text: 'Sobre {{topic}}',
        example: { header_text_named_params: [{ param_name: 'topic', example: 'su reparación' }] },
      },
      {
        type: 'BODY',
        text: 'Hola {{customer_name}}, hay novedades sobre {{subject}}.\n\nResponda aquí y seguimos donde lo dejamos.',
        example: {
          body_text_named_params: [
            { param_name: 'customer_name', example: 'Ana' },
            { param_name: 'subject', example: 'la cafetera que nos trajo' },
          ],
        },
      },
      { type: 'FOOTER', text: 'Recibe este mensaje porque nos escribió.' },
      quickReplies('Sí, cuénteme', 'Ahora no'),
    ],
  },
  {
    name: 'shipping_update',
    language: 'pt_BR',
    status: 'APPROVED',
    category: 'UTILITY',
    parameter_format: 'POSITIONAL',
    components: [
      { type: 'HEADER', format: 'TEXT', text: 'Pedido {{1}}', example: { header_text: ['4711'] } },
      {
        type: 'BODY',
        text: 'Olá {{1}}, seu pedido saiu para entrega e chega {{2}}.',
        example: { body_text: [['Ana', 'amanhã']] },
      },
      {
        type: 'BUTTONS',
        buttons: [
          {
            type: 'URL',
            text: 'Acompanhar pedido',
            url: 'https://shop.example.com/pedidos/{{1}}',
            example: ['https://shop.example.com/pedidos/4711'],
          },
          { type: 'PHONE_NUMBER', text: 'Ligar para a loja', phone_number: '+15550100000' },
        ],
      },
    ],
  },
  {
    name: 'shipping_update',
    language: 'zh_CN',
    status: 'APPROVED',
    category: 'UTILITY',
    parameter_format: 'POSITIONAL',
    components: [
      {
        type: 'BODY',
        text: '{{1}}您好，您的订单已发货，预计{{2}}送达。',
        example: { body_text: [['王芳', '明天']] },
      },
    ],
  },
  {
    name: 'appointment',
    language: 'ar',
    status: 'APPROVED',
    category: 'UTILITY',
    parameter_format: 'POSITIONAL',
    components: [
      {
        type: 'BODY',
        text: 'مرحبا {{1}}، نذكرك بموعدك يوم {{2}}. نرجو الرد إذا أردت تغييره.',
        example: { body_text: [['ليلى', 'الأحد الساعة الرابعة']] },
      },
      { type: 'FOOTER', text: 'شكرا لاختيارك متجرنا' },
    ],
  },
  {
    name: 'opening_hours',
    language: 'en_US',
    status: 'APPROVED',
    category: 'MARKETING',
    parameter_format: 'POSITIONAL',
    components: [{ type: 'BODY', text: 'We are open again, Monday to Saturday from nine to seven. See you soon!' }],
  },
  {
    name: 'new_blend',
    language: 'en_US',
    status: 'APPROVED',
    category: 'MARKETING',
    parameter_format: 'POSITIONAL',
    components: [
      { type: 'HEADER', format: 'IMAGE', example: { header_handle: ['https://shop.example.com/blend.jpg'] } },
      { type: 'BODY', text: 'Our new blend is here, {{1}}.', example: { body_text: [['Ana']] } },
    ],
  },
  ...richSamples,
  {
    name: 'sign_in_code',
    language: 'en_US',
    status: 'APPROVED',
    category: 'AUTHENTICATION',
    parameter_format: 'POSITIONAL',
    components: [
      { type: 'BODY', text: '*{{1}}* is your verification code.', example: { body_text: [['123456']] } },
      {
        type: 'BUTTONS',
        buttons: [
          { type: 'URL', text: 'Copy code', url: 'https://www.whatsapp.com/otp/code/?code=otp{{1}}', example: ['123'] },
        ],
      },
    ],
  },
  {
    name: 'spring_sale',
    language: 'en_US',
    status: 'PAUSED',
    category: 'MARKETING',
    parameter_format: 'POSITIONAL',
    components: [{ type: 'BODY', text: 'The spring sale has begun.' }],
  },
  {
    name: 'win_a_prize',
    language: 'en_US',
    status: 'REJECTED',
    category: 'MARKETING',
    parameter_format: 'POSITIONAL',
    components: [{ type: 'BODY', text: 'You have won a prize!' }],
  },
  {
    name: 'birthday',
    language: 'en_US',
    status: 'PENDING',
    category: 'MARKETING',
    parameter_format: 'POSITIONAL',
    components: [{ type: 'BODY', text: 'Happy birthday, {{1}}!', example: { body_text: [['Ana']] } }],
  },
]

export const SAMPLE_TEMPLATES: readonly SampleTemplate[] = samples.map((sample, index) => ({
  id: String(594_425_479_261_596 + index),
  ...sample,
}))
