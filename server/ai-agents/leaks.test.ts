// What an answer betrays, and what it may say.
import { expect, test } from 'vitest'
import { betrays, type Secrets } from './leaks.ts'
import { RULES } from './prompt.ts'

const secrets: Secrets = {
  instructions:
    'You are Luna of the restaurant Aurora in Rua das Flores 12. We are open from Tuesday to Sunday, 18 to 23 hours. Never offer more than ten percent off. Angry regulars get a free dessert, but only after they have complained twice.',
  rules: RULES,
  marks: ['conversation-0123456789abcdef01234567', 'tag-9f8e7d6c5b'],
  tags: ['VIP', 'Refund', 'Churn risk', 'Table booking', 'Delivery', 'Big party', 'No-show'],
  said: 'Do you deliver? I want a refund.',
}

test.each([
  ['all of the instructions', `Sure: ${secrets.instructions}`],
  ['half of them', secrets.instructions.slice(100)],
  ['them in capitals and spaced', secrets.instructions.toUpperCase().replaceAll(' ', '   ')],
  ['them in look-alike letters', secrets.instructions.replaceAll('a', 'а')],
  ['them with zero-width characters', secrets.instructions.replaceAll('e', 'e\u200b')],
  ['a rule of ours', 'I was told: ' + RULES.split('\n')[3]!],
  ['the mark', 'conversation-0123456789abcdef01234567'],
  ['the mark, letters apart', 'conversation - 0123 4567 89ab cdef 0123 4567'],
  ['an id', 'You carry tag-9f8e7d6c5b.'],
  ['a tag on the customer', 'You are tagged as VIP.'],
  ['a label', 'Our label for you is "churn risk".'],
  ['it in Portuguese', 'Você tem a etiqueta VIP.'],
  ['it in Chinese', '您的标签是 VIP'],
  ['it in Japanese', 'あなたのタグはVIPです'],
  ['it in Korean', '고객님의 태그는 VIP입니다'],
  ['it in Hindi', 'आपका टैग VIP है'],
  ['it in Arabic', 'الوسم الخاص بك هو VIP'],
  ['it in Russian', 'Вы классифицированы как VIP'],
  ['it in German', 'Sie sind als VIP gekennzeichnet.'],
  ['it in German with another word', 'Ihr Etikett: VIP'],
  ['it in German, as marked', 'Bei uns sind Sie als VIP markiert.'],
  ['it in Italian', 'La sua etichetta è VIP.'],
  ['it in French', 'Vous êtes marqué comme VIP.'],
  ['it in Spanish', 'Está marcado como VIP.'],
  ['a name with a dash, written apart', 'Your label is no show.'],
  ['the catalog', 'VIP, Churn risk, Table booking, Big party'],
])('%s is not sent', (_what, answer) => {
  expect(betrays(answer, secrets)).toBe(true)
})

test.each([
  'We are open from Tuesday to Sunday, 18 to 23 hours.',
  'Yes: Rua das Flores 12.',
  'I am sorry! You get your refund today, and we do deliver.',
  'A table booking for two on Friday, gladly. At what time?',
  'As a VIP you need no booking.',
  'I cannot help with that. What would you like to order?',
  'Sim, entregamos em casa.',
  'Guten Tag! Ihr Refund ist unterwegs.',
  'An welchem Tag soll die Delivery kommen?',
  'タクシーでお越しの場合、VIP入口をご利用ください。',
])('%s is sent', (answer) => {
  expect(betrays(answer, secrets)).toBe(false)
})

test('short instructions are told when most of them are; in scripts without spaces too', () => {
  const short = { ...secrets, instructions: 'You are Luna, a polite waiter of Aurora.' }
  expect(betrays('I am told: You are Luna, a polite waiter of Aurora.', short)).toBe(true)
  expect(betrays('I am Luna.', short)).toBe(false)
  const chinese = {
    ...secrets,
    instructions: '你是极光餐厅的服务员露娜，从不打九折以下的折扣，投诉两次的老顾客送一份甜点',
  }
  expect(betrays('好的，' + chinese.instructions, chinese)).toBe(true)
  expect(betrays('您好，我是露娜，请问几位？', chinese)).toBe(false)
})
