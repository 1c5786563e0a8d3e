// How people ask to be put on a list or called by a name in all languages that are known, as asSeen() reads it.
import { ENGLISH } from './requests-in-english.ts'
import { FRENCH, ITALIAN } from './requests-in-french.ts'
import { GERMAN } from './requests-in-german.ts'
import { SPANISH } from './requests-in-spanish.ts'
import type { RequestWords } from './request-words.ts'

/** "Make of me". */
const OF_ME: RequestWords = {
  before:
    '\\b(?:faites|fais|faire|haz|haga|hagan|hacer|faca|faz|fazer|fate|fa|fare|mache?|macht|machen sie) (?:de|di|aus) (?:moi|nous|mi|mim|me|nosotros|nos|mir|uns)',
}

/** Where names are written between spaces. */
export const REQUESTS: readonly RequestWords[] = [
  ...ENGLISH,
  ...SPANISH,
  ...GERMAN,
  ...FRENCH,
  ...ITALIAN,
  OF_ME,
  // Russian and its neighbours, Polish, Turkish, Indonesian.
  {
    before:
      '(?<!\\p{L})(?:запиши|внеси|занеси|добавь|поставь|отметь|пометь|считаи|сделаи|оформи|зарегистрируи|сохрани|определи|переведи|включи|назначь|обозначь|помести|укажи)(?:те)? (?:меня|нас|мои (?:контакт|номер|аккаунт))(?: (?:пожалуиста|тоже|там|себе|сразу))*(?: (?:как|в|во|под|среди|к|на))*(?: (?:список|группу|категорию|базу|клиентов))*',
  },
  {
    before:
      '(?<!\\p{L})(?:хочу|должен|должна|прошу|надо) (?:быть|числиться|значиться|считаться|проходить)(?: (?:записан\\p{L}?|отмечен\\p{L}?|указан\\p{L}?))?(?: (?:как|в|среди))',
  },
  { before: '(?<!\\p{L})(?:мои статус|моя категория)(?: ?[:=-])?(?: (?:это|должен быть|на))?' },
  {
    before: '(?<!\\p{L})я(?: (?:уже|теперь|ваш))*',
    after: '[\\s\\p{P}]*(?:и )?(?:пожалуиста )?(?:запомни|запиши|отметь|учти|имеи|заметь|зафиксируи)(?:те)?',
  },
  {
    before:
      '\\b(?:zapisz|oznacz|dodaj|wpisz|zarejestruj|uznaj|traktuj|ustaw|umiesc)(?:cie)? (?:mnie|nas)(?: (?:prosze|tez))*(?: (?:jako|do|na|w|za|pod))+(?: (?:liste|listy|grupy|klienta))*',
  },
  {
    before:
      '\\b(?:catat|daftarkan|masukkan|tandai|simpan|jadikan|anggap|tambahkan|tulis|catatkan|daftar) (?:saya|aku|kami|nomor saya|kontak saya)(?: (?:tolong|ya))*(?: (?:sebagai|ke|dalam|di|jadi|ke dalam))*(?: (?:daftar|grup|kategori))*',
  },
  {
    before: '\\b(?:beni|bizi|numarami|kaydimi)',
    after: "[ ’']*(?:\\p{L}{0,4} )?(?:olarak|listesine|grubuna|yap|diye)\\b",
  },
  // Vietnamese.
  {
    before:
      '(?<!\\p{L})(?:ghi|luu|đanh dau|đang ky|xep|coi|xem|cho|them|đua|đat|nhap|phan loai|gan|goi) (?:ten |so )?(?:toi|em|anh|chi|minh|tui|chung toi)(?: (?:la|lam|thanh|vao|nhu|trong|danh sach|nhom|hang|khach|khach hang|muc|thanh vien))+',
  },
  // Arabic, Hindi and Korean put endings and particles on the name.
  {
    before:
      '(?<!\\p{L})(?:سجلني|سجلوني|ضعني|ضعوني|اعتبرني|اعتبروني|اضفني|اضيفوني|صنفني|حطني|اكتبني|اجعلني|احفظني|خليني|دوني)(?: (?:ك?(?:عميل|عميلة|زبون|زبونة|عضو|مشترك)|ك|في|ضمن|على|مع|الى|من|قا[ئي]مة|ف[ئي]ة|مجموعة)(?!\\p{Script=Arabic}))*(?: ك)?',
  },
  {
    before: '(?<!\\p{L})(?:मुझे|हमें|मेरा नंबर|मेरा नाम|मेरे नंबर को)',
    after:
      '(?:[ ]?(?:के रूप में|में|लिस्ट|सूची|ग्रुप|की|के|के तौर पर|बना|मान|लिख|रख|दर्ज|सेव|मार्क|ऐड|जोड़)){1,5}.{0,20}(?:रख|दर्ज|लिख|जोड़|बना|मान|डाल|कर|सेव|मार्क|ऐड)',
  },
  {
    before: '(?<!\\p{L})(?:저|나|제 번호|우리)(?:를|을|는)',
    after:
      '[ ]?(?:으로|로|라고|에|명단에|리스트에|목록에|그룹에|회원으로|고객으로).{0,8}(?:등록|지정|설정|표시|기록|올려|넣어|추가|저장|처리|적어|해)',
  },
]

/** Where they are not: what stands between is looked through for one. */
export const UNSPACED_REQUESTS: readonly string[] = [
  '[把将將](?:我|本人|我们|我的(?:号码|账号|联系人)).{0,6}?(?:列|设|設|記|记|登记|登記|注册|備注|备注|算|归|歸|改|标|標|当|當|存|写|寫|加|放|升级|分|添加|录)(?:为|為|成|作|做|到|入|进|進|在|给)*(.{1,24})',
  '(?:给|幫|帮|請|请)?我(?:备注|備註|標註|标注|(?:登记|登記|记录|設|设|设置|升级|归|算|列)(?:为|為|成|作))(?:为|為|成|作|上|一下|一个|个)*(.{1,24})',
  '(?:算我|当我是|當我是|叫我|称我为|稱我為|让我(?:成为|当|做|进)|讓我(?:成為|當|做)|加我(?:进|到|入)|我要(?:成为|当|列入|进入|登记为)|我的(?:状态|狀態|等级|级别|类别|身份)(?:是|为|為|改成|设为|改为|应该是|:))(.{1,24})',
  '我(?:是|应该是|應該是)(.{1,24}?)(?:,|，|。|!|！| )*(?:请|請|麻烦|帮我|給我|给我)?(?:记住|記住|记下|記下|记录|备注|備註|登记|写下|注意|记一下)',
  '(?:私|わたし|僕|俺|自分|うち|この(?:会話|客|顧客|番号))(?:の(?:番号|名前|ステータス|連絡先|アカウント))?(?:を|は|も)(.{1,24}?)(?:として|に|と|扱い|リストに|名簿に).{0,6}?(?:登録|して|設定|記録|入れ|載せ|追加|書い|メモ|扱っ|保存|認定|変更|呼ん|お願い|ください)',
  '(.{1,24}?)(?:として|リストに|名簿に)(?:登録|記録|扱っ|設定|保存|追加|メモ|入れ|載せ)(?:して|し|て)?(?:ください|下さい|くれ|ほしい|欲しい|お願い|もらえ|おいて)',
]
