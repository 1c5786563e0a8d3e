// Where the demo shop's customers live, how their phones look, and what they are called.
import type { Language } from './talk.ts'

export interface Country {
  /** Two letters, as in a business-scoped user id. */
  code: string
  language: Language
  /** How many of the 400 live there, roughly. */
  weight: number
  utcOffsetHours: number
  /** The n-th customer's number; most are of ranges that are set aside for fiction or given to nobody. */
  phone: (n: number) => string
  names: { given: readonly string[]; family: readonly string[]; familyFirst?: boolean; joint?: string }
}

const pad = (n: number, length: number) => String(n).padStart(length, '0')
/** Words separated by spaces; a no-break space stays within one. */
const words = (text: string): string[] => text.split(' ').map((word) => word.replaceAll('\u00a0', ' '))

const english = {
  given: words(
    'Olivia George Amelia Harry Isla Noah Ava Jack Grace Leo Freya Oscar Willow Arthur Poppy Theo Daisy Alfie Ruby Finn Priya Callum Zara Owen Niamh Declan Chloe Marcus Imogen Kwame',
  ),
  family: words(
    'Smith Jones Taylor Brown Walker Hughes Green Edwards Thompson Wright Patel Clarke Bennett Murphy O’Brien Campbell Morgan Fletcher Shaw Okafor Adeyemi Khan Whitaker Ellis',
  ),
}
const american = {
  given: words(
    'Emma Liam Sophia Mason Harper Ethan Mia Logan Ella Jackson Camila Aiden Scarlett Wyatt Nora Julian Hazel Mateo Aaliyah Dylan',
  ),
  family: words(
    'Johnson Williams Davis Miller Garcia Anderson Moore Jackson Nguyen Lee Harris Robinson Young King Rivera Brooks Kowalski Feldman',
  ),
}
const chinese = {
  given: words('小雨 建国 丽华 伟 芳 秀英 子涵 浩然 雅婷 志强 美玲 俊杰 静 宇航 晓明 思琪 文博 海燕 佳怡 国栋'),
  family: words('王 李 张 刘 陈 杨 黄 赵 周 吴 徐 孙 林 何 郭 欧阳'),
  familyFirst: true,
  joint: '',
}
const cantonese = {
  given: words('嘉欣 子軒 詠詩 家豪 雅雯 志偉 穎琳 俊傑 美儀 浩賢'),
  family: words('陳 黃 李 梁 張 林 何 鄭 劉 歐陽'),
  familyFirst: true,
  joint: '',
}
const arabic = {
  given: words('محمد فاطمة أحمد مريم عبدالله نورة خالد سارة يوسف ليلى عمر هند سلطان ريم طارق منى'),
  family: words('العتيبي الحربي الشمري القحطاني المنصوري الهاشمي الزهراني النعيمي المصري السيد حسن الكعبي'),
}
const hebrew = {
  given: words('נועה דוד תמר יוסף מאיה אורי שירה איתן יעל עומר רותם אבי'),
  family: words('כהן לוי מזרחי פרץ ביטון אברהם פרידמן גולן שפירא ברק'),
}
const russian = {
  given: words('Анна Дмитрий Екатерина Сергей Мария Алексей Ольга Иван Наталья Андрей Полина Михаил Юлия Николай'),
  family: words('Шевченко Коваль Мельник Бондаренко Литвин Романенко Савчук Марченко Гончар Ткач'),
}
const kazakh = {
  given: words('Айгерим Нурлан Динара Ерлан Алия Тимур Сауле Арман Жанна Руслан'),
  family: words('Ахметова Сулейменов Ким Ибраев Касымов Оспанова Жумабаев Алиева'),
}
const portuguese = {
  given: words('Ana João Maria Pedro Beatriz Tiago Inês Rui Catarina Gonçalo Sofia Miguel Leonor Duarte'),
  family: words('Silva Santos Ferreira Pereira Oliveira Costa Rodrigues Martins Sousa Fernandes Gonçalves Gomes'),
}
const brazilian = {
  given: words(
    'Juliana Rafael Camila Thiago Larissa Gustavo Fernanda Lucas Letícia Bruno Gabriela Vinícius Marcela Diego Patrícia Caio Luana Felipe',
  ),
  family: words(
    'da\u00a0Silva Souza Almeida Barbosa Ribeiro Carvalho Araújo Nascimento Moreira Cardoso Teixeira Cavalcanti dos\u00a0Anjos Prado',
  ),
}
const spanish = {
  given: words('Lucía Alejandro Carmen Javier Paula Sergio Elena Iván Martina Álvaro Nuria Hugo Pilar Iker'),
  family: words('García Martínez López Sánchez Pérez Gómez Ruiz Díaz Muñoz Álvarez Romero Navarro Etxeberria Puig'),
}
const latin = {
  given: words(
    'Valentina Santiago Ximena Matías Daniela Sebastián Mariana Emiliano Guadalupe Joaquín Renata Tomás Fernanda Andrés',
  ),
  family: words(
    'Hernández González Ramírez Torres Flores Vargas Castillo Mendoza Ríos Peña Quispe Fernández Acosta Molina',
  ),
}
const hindi = {
  given: words('प्रिया राहुल अंजलि अमित नेहा विक्रम सुनीता अर्जुन कविता रोहन मीरा संजय पूजा आदित्य'),
  family: words('शर्मा वर्मा गुप्ता सिंह पटेल जोशी मेहता अय्यर रेड्डी मिश्रा'),
}
const indian = {
  given: words('Aarav Ananya Vihaan Diya Karthik Meera Nikhil Sneha Arjun Lakshmi Farhan Ishita'),
  family: words('Sharma Iyer Reddy Nair Banerjee Kapoor Menon D’Souza Chatterjee Khan Joshi'),
}
const german = {
  given: words('Lena Jonas Hannah Lukas Mia Felix Clara Maximilian Jule Björn Ayşe Käthe Sören Wiebke'),
  family: words('Müller Schmidt Schneider Fischer Weber Schröder Köhler Krüger Weiß Hoffmann Yılmaz Groß'),
}
const french = {
  given: words('Camille Hugo Léa Théo Chloé Maël Zoé Jules Inès François Amélie Noël Fatou Étienne'),
  family: words('Martin Bernard Dubois Durand Lefèvre Moreau Benoît Fournier Girard Diallo Mercier Le\u00a0Gall'),
}
const italian = {
  given: words('Giulia Lorenzo Chiara Matteo Francesca Davide Elisa Niccolò Martina Andrea Sofia Gabriele'),
  family: words('Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco De\u00a0Luca Conti'),
}
const japanese = {
  given: words('陽菜 蓮 結衣 大翔 さくら 健太 美咲 翔太 葵 直樹 千尋 誠'),
  family: words('佐藤 鈴木 高橋 田中 伊藤 渡辺 山本 中村 小林 加藤'),
  familyFirst: true,
  joint: ' ',
}
const turkish = {
  given: words('Elif Mehmet Zeynep Mustafa Defne Emre İrem Ömer Şule Çağlar Gülşen Yiğit'),
  family: words('Yılmaz Kaya Demir Çelik Şahin Öztürk Aydın Arslan Doğan Güneş'),
}
const nigerian = {
  given: words('Chidinma Tunde Ngozi Emeka Folake Ifeanyi Zainab Obinna Yetunde Segun'),
  family: words('Okonkwo Adebayo Eze Bello Ogunleye Nwosu Abubakar Balogun'),
}

const FICTIONAL_AUSTRALIANS = words(
  '570156 570157 570158 570159 570110 570006 570313 570737 571266 571491 571804 572549 572665 572983 573770 573087 574118 574632 575254 575789',
)
const AMERICAN_AREAS = words('212 310 415 206 617 312 512 303 504 305 416 604')

export const COUNTRIES: readonly Country[] = [
  {
    code: 'GB',
    language: 'en',
    weight: 78,
    utcOffsetHours: 0,
    phone: (n) => `+447700900${pad(300 + n, 3)}`,
    names: english,
  },
  {
    code: 'IE',
    language: 'en',
    weight: 12,
    utcOffsetHours: 0,
    phone: (n) => `+35320910${pad(1100 + n * 7, 4)}`,
    names: english,
  },
  {
    code: 'US',
    language: 'en',
    weight: 34,
    utcOffsetHours: -5,
    phone: (n) => `+1${AMERICAN_AREAS[n % AMERICAN_AREAS.length]}55501${pad(10 + n, 2)}`,
    names: american,
  },
  {
    code: 'AU',
    language: 'en',
    weight: 10,
    utcOffsetHours: 10,
    phone: (n) => `+61491${FICTIONAL_AUSTRALIANS[n % FICTIONAL_AUSTRALIANS.length]}`,
    names: english,
  },
  {
    code: 'NG',
    language: 'en',
    weight: 6,
    utcOffsetHours: 1,
    phone: (n) => `+2348000001${pad(n * 9, 3)}`,
    names: nigerian,
  },
  {
    code: 'CN',
    language: 'zh',
    weight: 36,
    utcOffsetHours: 8,
    phone: (n) => `+861380013${pad(8000 + n * 3, 4)}`,
    names: chinese,
  },
  {
    code: 'HK',
    language: 'zh',
    weight: 9,
    utcOffsetHours: 8,
    phone: (n) => `+8525500${pad(100 + n * 11, 4)}`,
    names: cantonese,
  },
  {
    code: 'SG',
    language: 'en',
    weight: 8,
    utcOffsetHours: 8,
    phone: (n) => `+65800002${pad(10 + n, 2)}`,
    names: { ...american, family: words('Tan Lim Lee Ng Wong Goh Chua Rahman Pillai') },
  },
  {
    code: 'SA',
    language: 'ar',
    weight: 13,
    utcOffsetHours: 3,
    phone: (n) => `+96650000${pad(1000 + n * 13, 4)}`,
    names: arabic,
  },
  {
    code: 'AE',
    language: 'ar',
    weight: 12,
    utcOffsetHours: 4,
    phone: (n) => `+97150000${pad(2000 + n * 17, 4)}`,
    names: arabic,
  },
  {
    code: 'EG',
    language: 'ar',
    weight: 6,
    utcOffsetHours: 2,
    phone: (n) => `+2010000${pad(3000 + n * 19, 5)}`,
    names: arabic,
  },
  {
    code: 'IL',
    language: 'he',
    weight: 13,
    utcOffsetHours: 2,
    phone: (n) => `+97255500${pad(1000 + n * 23, 4)}`,
    names: hebrew,
  },
  {
    code: 'UA',
    language: 'ru',
    weight: 9,
    utcOffsetHours: 2,
    phone: (n) => `+38050000${pad(1000 + n * 29, 4)}`,
    names: russian,
  },
  {
    code: 'KZ',
    language: 'ru',
    weight: 7,
    utcOffsetHours: 5,
    phone: (n) => `+7700000${pad(1000 + n * 31, 4)}`,
    names: kazakh,
  },
  {
    code: 'PT',
    language: 'pt',
    weight: 14,
    utcOffsetHours: 0,
    phone: (n) => `+351910000${pad(100 + n * 7, 3)}`,
    names: portuguese,
  },
  {
    code: 'BR',
    language: 'pt',
    weight: 28,
    utcOffsetHours: -3,
    phone: (n) => `+55${['11', '21', '31', '71'][n % 4]}90000${pad(1000 + n * 37, 4)}`,
    names: brazilian,
  },
  {
    code: 'ES',
    language: 'es',
    weight: 16,
    utcOffsetHours: 1,
    phone: (n) => `+34600000${pad(100 + n * 11, 3)}`,
    names: spanish,
  },
  {
    code: 'MX',
    language: 'es',
    weight: 11,
    utcOffsetHours: -6,
    phone: (n) => `+52${n % 3 === 0 ? '1' : ''}555000${pad(1000 + n * 41, 4)}`,
    names: latin,
  },
  {
    code: 'AR',
    language: 'es',
    weight: 6,
    utcOffsetHours: -3,
    phone: (n) => `+549115000${pad(1000 + n * 43, 4)}`,
    names: latin,
  },
  {
    code: 'CO',
    language: 'es',
    weight: 5,
    utcOffsetHours: -5,
    phone: (n) => `+57300000${pad(1000 + n * 47, 4)}`,
    names: latin,
  },
  {
    code: 'IN',
    language: 'hi',
    weight: 14,
    utcOffsetHours: 5.5,
    phone: (n) => `+9190000${pad(1000 + n * 53, 5)}`,
    names: hindi,
  },
  {
    code: 'IN',
    language: 'en',
    weight: 8,
    utcOffsetHours: 5.5,
    phone: (n) => `+9190000${pad(50_000 + n * 59, 5)}`,
    names: indian,
  },
  {
    code: 'DE',
    language: 'de',
    weight: 16,
    utcOffsetHours: 1,
    phone: (n) => `+49176040690${pad(n, 2)}`,
    names: german,
  },
  {
    code: 'FR',
    language: 'fr',
    weight: 15,
    utcOffsetHours: 1,
    phone: (n) => `+336399800${pad(10 + n, 2)}`,
    names: french,
  },
  {
    code: 'IT',
    language: 'it',
    weight: 9,
    utcOffsetHours: 1,
    phone: (n) => `+39320000${pad(1000 + n * 61, 4)}`,
    names: italian,
  },
  {
    code: 'JP',
    language: 'ja',
    weight: 9,
    utcOffsetHours: 9,
    phone: (n) => `+81900000${pad(1000 + n * 67, 4)}`,
    names: japanese,
  },
  {
    code: 'TR',
    language: 'tr',
    weight: 7,
    utcOffsetHours: 3,
    phone: (n) => `+90500000${pad(1000 + n * 71, 4)}`,
    names: turkish,
  },
]

/** Names as people really write them into their profile; each is used once. */
export const UNUSUAL_NAMES: Partial<Record<Language, readonly string[]>> = {
  en: [
    '🌻',
    'mum ❤️',
    'J.',
    'DO NOT CALL, text only 🙏',
    'The Right Honourable Lady Persephone Featherstonehaugh-Cholmondeley of Upper Slaughter, Tea Drinker Extraordinary',
    'Bean There Café ☕️',
    'Kev (van man)',
    'SARAH   from   no. 42',
    'The Copper Kettle, Whitby',
    '👩🏽‍🍳 Chef Ade',
    'Harbour & Vine fan no. 1 😂',
    'Nan 👵🏻',
  ],
  zh: ['☕️阿杰爱咖啡☕️', '云南小茶馆🍵', '静水流深', '陈小雨 Amy', 'A00茶叶批发李经理', '豆豆妈妈👶🏻'],
  ar: ['أم خالد 🌹', 'مقهى الواحة', 'عبدالرحمن بن عبدالعزيز بن محمد آل إبراهيم الفارسي الهاشمي القرشي', 'بنت النور ✨'],
  he: ['קפה הנמל ☕', 'אמא של נועה 💙', 'ד"ר רותם לוי'],
  ru: ['Катюша 🐱', 'Кофейня «Полдень»', 'Константин Константинович'],
  pt: [
    'Dona Lurdes 🌷',
    'Padaria Pão Quente',
    'Maria Aparecida da Conceição dos Santos Cavalcanti de Albuquerque e Melo Figueiredo Neto',
    'Zé ⚽️🇧🇷',
  ],
  es: ['Café La Esquina', 'Lupita 🌮🌶️', 'Ñoño', 'El Profe'],
  hi: ['चाय वाला ☕', 'राधे राधे 🙏🏼', 'श्रीमती सुनीता देवी'],
  de: ['Kaffeerösterei Nordlicht', 'Omi Käthe 🌼'],
  fr: ['Salon de thé L’Étoile', 'Mimi 🐈‍⬛'],
  it: ['Bar Centrale ☕️', 'Nonno Pino'],
  ja: ['喫茶 すみれ', 'みーちゃん🌸'],
  tr: ['Çınaraltı Kahve ☕', 'Ayşegül 🧿'],
}
