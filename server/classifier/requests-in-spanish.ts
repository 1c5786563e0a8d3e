// How people ask in Spanish and Portuguese to be put on a list or called by a name, as asSeen() reads it.
import { untilWords, type RequestWords } from './request-words.ts'

const PON =
  '(?:anot|apunt|agend|pon|pong|registr|marc|marqu|agreg|agregu|anad|inscrib|guard|consider|trat|haz|hag|nombr|met|coloc|coloqu|list|inclu|incluy|catalog|catalogu|senal|design|declar|reconoc|identific|identifiqu|escrib|cambi|dej|ten|teng|cuent|cont|ingres|carg|sum|asign|convert|conviert|recuerd|ubic|ubiqu|fij|bot|po|ponh|cadastr|adicion|salv|trat|inclu|lanc|regist|inscrev|nome|defin|def|mud|deix|consider|reconhec|lembr|escrev|guarde|classific|rotul)'
const ES_ENDINGS = '(?:a|as|e|es|en|ei|eis|ais|em|ar|er|ir|r|is|is|ad|ed|id|e)?'
const ES_FILL =
  '(?: (?:por favor|porfa|porfavor|pf|ya|tambien|ahora|aqui|ahi|ai|tambem|agora|ja|aca|nomas|siempre|sempre|no sistema|en (?:su|tu|el) sistema|en (?:su|tu|la|el) \\p{L}+|no (?:seu )?\\p{L}+))*'
const ES_ME = `(?:\\b${PON}\\p{L}{0,6}?(?:me|nos)|\\b${PON}\\p{L}{0,4} (?:me|nos)|\\b(?:me|nos) (?:puedes?|pueden|podrias?|podrian|podeis|pode|podem|poderia|vas? a|quieras?)? ?${PON}${ES_ENDINGS}|\\b${PON}\\p{L}{0,5} (?:a )?(?:mi|este|esta|meu|minha|nuestro|nosso) (?:contacto|contato|numero|nombre|nome|chat|conversacion|conversa|perfil|ficha|cuenta|conta|cadastro|telefono|telefone|registro|cliente))`
const ES_AS = '(?:como|de|entre|bajo|cual|enquanto)'
const ES_ARTICLES =
  '(?: (?:si fuera|a|os|as|los|las|sus|tus|seus|suas|cliente|clienta|contacto|contato|un|una|um|uma))*'
const ES_SYSTEM =
  ' (?:en|no|na|nos|nas|em|segun|para|dentro de) ?(?:el|la|los|las|su|sus|tu|tus|vuestro|vuestra|o|a|seu|sua|teu|tua|vosso)? ?(?:\\p{L}+ )?(?:sistema|registros?|fichas?|listas?|bases?|libros?|livros?|archivos?|arquivos?|crm|notas?|computador|ordenador|cadastro)\\b'
const ES_LIST =
  '(?:en|a|al|dentro de|na|no|em|de|da|do)(?: (?:la|el|tu|su|tus|sus|vuestra|vuestro|a|o|sua|seu|tua|teu|una|um|uma|un))? ?(?:lista|listado|listagem|grupo|categoria|segmento|base|registro|seccion|secao|carpeta|pasta|fila)'
const ES_NOTE =
  '(?:(?:anot|apunt|registr|guard|record|recuerd|tom[ae]\\p{L}* nota|que conste|conste|no (?:lo |se )?olvid|marqu|marc|escrib|escrev|lembr|nao esquec|lev[ae] em conta)\\p{L}*|ten\\p{L}* (?:en cuenta|presente|em conta)|pon(?:lo|galo|ganlo|me)|para (?:su|tu|sus|tus|seu|seus) (?:registros?|notas?|sistema|archivos?|arquivos?))'
const ES_PLEASE =
  '[\\s\\p{P}]*(?:(?:y|e|por favor|porfa|porfavor|asi que|entao|pode|puedes?|pueden|podrias?|eso|isso|ya|ja) ?)*'
const SOY = '(?:soy|sou|somos|eu sou|yo soy)(?: (?:un|una|um|uma|cliente|clienta|ya|ja|tu|su|seu|muy|muito))*'
export const SPANISH: readonly RequestWords[] = [
  { before: `${ES_ME}${ES_FILL} ${ES_AS}\\b${ES_ARTICLES}` },
  { before: `\\bque (?:me|nos) ${PON}\\p{L}{0,5}${ES_FILL} ${ES_AS}\\b${ES_ARTICLES}` },
  {
    before: `\\b(?:haz|hagan|haga|hace|faz|faca|facam|nombr[ae]n?|consider[ae]n?|declar[ae]n?|torn[ae])[ -]?(?:me|nos)|\\bme (?:faz|faca|torna|torne|considera|considere|haces?|hagas?|declara|declare|nomeia|nomeie)`,
    after: untilWords('por favor|porfa|y|e|ya|ja|en|no|ahora|agora|tambien|tambem|gracias|obrigad[oa]'),
  },
  {
    before: `\\b(?:quiero|quisiera|deseo|debo|deberia|tengo que|necesito|puedo|podria|merezco|exijo|pido|solicito|gustaria|quero|queria|gostaria de|desejo|devo|deveria|preciso|posso|mereco|exijo|tenho que) (?:ser|estar|figurar|aparecer|constar|quedar|salir|entrar|ir|ficar|sair)(?: \\p{L}+(?:ad|id|it|st)[oa]s?)?${ES_FILL} ${ES_AS}\\b${ES_ARTICLES}`,
  },
  {
    before: `\\b(?:debo|deberia|tengo que|quiero|devo|deveria|tenho que|quero) (?:ser|estar|figurar|aparecer|constar|salir|sair)|\\b${SOY}`,
    after: ES_SYSTEM,
  },
  {
    before: `${ES_ME}${ES_FILL} ${ES_LIST}(?: (?:de|da|do|dos|das|del|los|las|para|con|com|llamad[oa]|chamad[oa]|clientes|contactos|contatos))*`,
  },
  {
    before: `\\b(?:mi|meu|minha|nuestro|nosso|el|o)(?: \\p{L}+)? ?(?:estado|estatus|status|categoria|tipo|nivel|segmento|grupo|rango|perfil|clasificacion|classificacao|prioridad|prioridade)(?: de (?:cliente|contacto|contato))?(?: ?[:=]| a| al| como| es| e| sea| seja| debe ser| deberia ser| deve ser| por| en| em| para| pra)+`,
  },
  { before: `\\b${SOY}`, after: `${ES_PLEASE}(?:${ES_NOTE})` },
  {
    before: `\\b${PON}\\p{L}{0,4}(?: (?:ai|ahi|aqui|ali|la|por favor|en|no|na|su|tu|el|la|seu|sua|sistema|nota|notas|ficha|registro))* que (?:eu |yo )?${SOY}`,
  },
  {
    before: `\\b(?:${ES_NOTE}|sepan?|saiba(?:m)?|a partir de (?:ahora|hoy|agora|hoje)|desde (?:ahora|hoy|ja))(?: (?:bien|de|ai|ahi|isso|eso|por favor|que))*[\\s\\p{P}]*(?:que )?(?:eu |yo )?${SOY}`,
    after: untilWords('por favor|porfa|y|e|en|no|na|ya|ja|gracias|obrigad[oa]'),
  },
]
