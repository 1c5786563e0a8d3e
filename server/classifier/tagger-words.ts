// By which words tags, and those who put them on, are spoken of: in the languages of the console and some more, as asSeen() reads them.

/** A German day is written like a tag. */
const NOT_A_DAY =
  '(?<!\\b(?:guten|schonen|jede[nrm]|nachsten|ganzen|selben|gleichen|ersten|zweiten|dritten|letzten|welche[nmr]|am|pro) )'

const LATIN = [
  `${NOT_A_DAY}tag(?:s|ged|ging|ger|me|this|us)?`,
  '(?:re|un|hash)tag\\w*',
  'label(?:s|ed|led|ing|ling)?',
  'classif(?:y|ies|ied|ier|ication)',
  'classifi\\w*',
  'categori[sz](?:e[ds]?|ing|a\\w*)',
  'clasific\\w*',
  'klassifizier\\w*',
  'kennzeichn\\w*',
  'etiquet\\w*',
  'etiket\\w*',
  'etikett\\w*',
  'etichett\\w*',
  'rotul\\w*',
  'schlagwort\\w*',
]

const OTHERS = [
  '标签|標籤|标记|標記|打标|分类|分類',
  '(?<!\\p{L})(?:тег|метк|ярлык|классифиц|категориз)',
  '(?<!\\p{L})(?:و|ب|ال|بال|وال|لل)?(?:وسم|وسوم|تصنيف|صنفني|صنفوني)',
  'टैग|लेबल|वर्गीकृत',
  'タグ|ラベル',
  '태그|라벨|분류|꼬리표',
]

/** Tags, labels, and putting something into a class. */
export const OF_TAGS = `\\b(?:${LATIN.join('|')})\\b|${OTHERS.join('|')}`

/** What was put on somebody, by whoever did it. Customers say it of parcels, and businesses must not say it of customers. */
export const PUT_ON =
  '\\b(?:categor(?:y|ies)|(?:marked|flagged|listed|registered) as|marcador\\w*|(?:marcad[oa]|categorizad[oa]|registrad[oa]) como|marque?e? comme|contrassegnat[oa] come|markiert|gekennzeichnet|eingestuft)\\b|标注为|归类|(?<!\\p{L})(?:помечен|категори)|카테고리|カテゴリ|श्रेणी'

/** Machines, and what they are told. */
export const OF_MACHINES = [
  '\\b(?:(?:ignore|disregard|forget)\\b.{0,30}\\b(?:above|previous|prior|earlier|before)|mark(?:ed)? (?:me|this|us|it|him|her) (?:as|with)|flag(?:ged)? (?:me|this|us|it|as)',
  '(?:mark|flag) (?:my|this|the) (?:account|chat|conversation|customer|contact|client|profile)|(?:set|change|update) my (?:category|segment|customer (?:type|status|group))',
  'assistant|chatbot|language model|llm|gpt|prompt|instructions?|instructed|catalog(?:ue)?|evidence|confidence|json|override',
  'marc(?:a|ar|ame|alo|ue|ueme|uenme) como|marque me|me marque|markier(?:e|en sie) (?:mich|uns)',
  '(?:internal|staff|admin|agent|private|crm|office|team|support|system) (?:note|memo|comment|remark)s?|(?:note|memo) (?:to|for) (?:the )?(?:staff|team|admins?|agents?|system|record|file|support|crm)',
  'nota (?:interna|del sistema|do sistema|para (?:el|la|o|a) (?:equipo|agente|sistema|equipe))|note interne|interne (?:notiz|bemerkung)|nota (?:per|allo) (?:lo )?(?:staff|team)',
  'instruccion\\w*|instruc[oe]\\w*|anweisung\\w*)\\b',
  '指令|忽略|系统提示|指示|(?<!\\p{L})инструкц|تعليمات|निर्देश|지시',
].join('|')

const THE_TALK = '(?:this|the|my|our) (?:chat|conversation|customer|contact|client|profile|user)'
const EL_CHAT = '(?:este|esta|mi|meu|minha) (?:chat|conversacion|conversa|cliente|contacto|contato|perfil)'

/** Somebody asks to be tagged. Friends do that to be found in a picture. */
export const ASKS_FOR_TAG = [
  `\\b(?:re ?|un ?)?(?:tag|label|classify|categori[sz]e) (?:me|us|myself|${THE_TALK})\\b(?! (?:in|on|at|when|if|once|under|below|here|there|later)\\b)|\\b(?:tagme|labelme)\\b`,
  `\\b(?:(?:etiqueta|clasifica)(?:me|dme|rme)|(?:etiquete|clasifique|etiqueten|clasifiquen)(?:me|nme)|(?:etiqueta|etiquete|clasifica|clasifique|classifica|classifique|rotule) (?:me|${EL_CHAT})|me (?:etiqueta|etiquete|etiquetem|classifica|classifique|classifiquem|rotula|rotule))\\b(?! (?:en|em|na|no|nas|nos)\\b)`,
  '\\b(?:(?:etiquet(?:te|tez|ez|e)|classe[zr]?|tague?[zr]?) moi|(?:kennzeichne|klassifiziere|etikettiere|tagge|kennzeichnen sie|klassifizieren sie|etikettieren sie|taggen sie) (?:mich|uns)|etichettami|etichettatemi|classificami|classificatemi)\\b',
  '给(?:我|本人|这个客户|这位客户)(?:们)?(?:打|加|贴|添)(?:上|加)?.{0,10}(?:标签|標籤|标记)|把(?:我|这个客户|这位客户|这个对话)(?:标记|标注|归类|分类)',
  '(?<!\\p{L})(?:поставь|добавь|присвои)(?:те)? мне (?:тег|метку|ярлык)|(?<!\\p{L})(?:пометь|классифицируи)(?:те)? меня',
  '(?:私|わたし|僕|俺|この(?:会話|客|顧客))(?:に|を|は|の).{0,12}(?:タグ|ラベル|分類).{0,4}(?:付け|つけ|して)',
  '(?<!\\p{L})(?:나|저|제)(?:를|에게|한테) .{0,12}(?:태그|라벨|분류).{0,3}(?:해|달아|붙여)',
  '(?<!\\p{L})मुझे .{0,12}(?:टैग|लेबल) (?:कर|लगा)',
  '(?<!\\p{L})(?:صنفني|صنفوني|وسمني)|(?<!\\p{L})(?:ضع|ضعوا|اضف) (?:لي|علي|على) .{0,6}(?:وسم|تصنيف)',
].join('|')

/** It ends where what to be tagged as would follow. Of other marks than letters only colons are left. */
export const WAITS_FOR_NAME = `(?:${[
  '\\b(?:tag|label|classify|categori[sz]e|mark|flag) (?:me|us|myself)',
  '\\b(?:tag|label|classify|categori[sz]e|mark|flag) (?:me|us|myself|it|him|her|this|that|(?:this|that|the|my|our) \\w+) (?:as|with|under)',
  '\\b(?:add|apply|assign|set|use) (?:me )?(?:the|this|a|an|following) (?:tag|label|category)(?: to me)?',
  '^(?:the )?(?:tags|label|category|tag ?:)',
  '\\b(?:marca|marque|marcar|marquen|clasifica|clasifique|classifique|etiqueta|etiquete|rotule) ?(?:me|nos|lo|la|o|a|isso|esto|este \\w+|esta \\w+)? como',
  '\\bme (?:marca|marque|marquem|classifique|rotule) como',
  '\\b(?:marque[zr]?|classe[zr]?|note[zr]?) (?:moi|nous|ca|ceci) comme',
  '\\b(?:markier|kennzeichn|klassifizier|etikettier)(?:e|en sie) (?:mich|uns|das|dies|diesen \\w+)(?: bitte)?(?: als)?',
  '(?:标记|标注|归类|分类|标签)(?:为|成|是)',
  '(?<!\\p{L})(?:отметь|пометь)(?:те)? (?:меня|это)(?: как)?',
  '(?:タグ|ラベル)(?:を|も)?(?:付け|つけ)て',
  '태그(?:를)? ?(?:해|달아|붙여)',
  'टैग (?:करो|करें|लगाओ|लगाएँ)',
].join(
  '|',
)})(?: ?(?::|as|with|under|a|an|the|please|pls|following|un|una|um|uma|une|ein|eine|bitte|por favor|ください|下さい|줘|주세요))*$`

/** A place at which a business keeps what it knows of a customer, and what puts something there. */
export const PLACES = [
  '(?:to|on|onto|in|into|under|against|from|off) (?:my|our|the|this) (?:customer |client |contact |crm |user )?(?:profile|contact|record|file|entry|crm|customer card|customer account)s?',
  '(?:in|into|to|on) (?:your|the|ur) (?:system|records?|notes|database|crm|books|computer|files)',
  '(?:next to|beside|behind|alongside|before|after|against|by|to|with) (?:my|our) (?:name|number|phone|phone number|contact)',
  '(?:en|al?|no|na|em|junto a|al lado de|ao lado d[oa]|com|con) (?:su|sus|tu|tus|el|la|seu|sua|teu|mi|meu|minha|o|a) (?:sistema|registros?|base de datos|notas?|nombre|nome|numero|telefono|telefone)',
  '(?:in|neben|hinter|zu|bei) (?:ihr|ihre|ihrem|ihren|eurem|eure|euer|das|dem|die|meinem|meinen|meine|mein) (?:system|kartei|datenbank|notizen|namen?|nummer)',
  '(?:dans|sur|a cote de|aupres de|avec|a) (?:votre|vos|ton|le|mon|ma) (?:systeme|dossiers?|base|notes|nom|numero)',
  '(?:nel|nei|nella|nelle|sul|accanto al?|vicino al?) (?:(?:vostro|vostri|vostra|tuo|mio) )?(?:sistema|archivio|registro|note|nome|numero|profilo|scheda)',
  '(?:a|en|al|ao|no|na|em) (?:mi|meu|minha|nuestro|nosso|este|esta|o) (?:perfil|ficha|contacto|contato|cadastro|registro)',
  '(?:zu|in|auf|an) (?:meinem|meinen|meiner|meine|mein|unserem|dem|diesem) (?:profil|kundenprofil|kontakt|datensatz|akte|kundenakte|eintrag)',
  '(?:a|dans|sur|au) (?:mon|ma|notre|ce|le|la) (?:profil|fiche|contact|dossier)',
].join('|')
export const PUTS = new Set(
  `add put set write jot save note enter apply assign attach give append record store mark tag label remove delete erase take
   anade agrega agregue anada pon ponga pone incluye incluya adiciona adicione coloca coloque poe ponha inclui inclua
   fuge fuege setze schreib schreibe trag trage notiere speichere vermerke notieren vermerken schreiben ajoute ajoutez mets mettez note notez inscris inscrivez ecrivez ecris metti mettete scrivi scrivete aggiungi annota segna anota anote escribe escriba escreve escreva`.split(
    /\s+/u,
  ),
)
export const PLACE_IN_CHINESE =
  /[把将](.{1,20}?)(?:添加|加|写|放|记)(?:到|进|入|在)?(?:我|本人)的(?:资料|档案|联系人|客户资料|个人资料)/u

/** What may stand beside a name that is put there. */
export const BESIDE_NAME = new Set(
  `a an the me as tag label status word of please to un una el la los las um uma o os ein eine einen einem einer der die das den dem
   als le une les des il lo gli uno etiqueta`.split(/\s+/u),
)
