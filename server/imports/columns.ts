// Which column is which: by the names that our own export, address books and shops give them, in four languages.
import { foldForSearch } from '../lib/fold.ts'
import { IMPORT_FIELDS, type Columns, type ImportField } from './schema.ts'

/** Folded, without signs; the first names of each field are those of our own export. */
const NAMES: Record<ImportField, readonly string[]> = {
  phone:
    words(`phone|phone number|mobile|mobile phone|mobile number|cell|cell phone|whatsapp|whatsapp number|whatsapp id|wa id|tel|telephone|number|msisdn|phone 1 value|bsuid|user id
    |telefono|numero de telefono|numero|movil|celular|telefone|numero de telefone|telemovel|numero do whatsapp|numero de whatsapp|手机|手机号|手机号码|电话|电话号码|号码`),
  display_name: words(`display name|name|full name|contact name|contact|customer|customer name|client|profile name
    |nombre|nombre completo|nombre visible|cliente|contacto|nome|nome completo|nome de exibicao|contato|姓名|名字|名称|昵称|显示名称|客户|客户姓名|联系人`),
  tags: words(
    `tags|tag|labels|label|groups|categories|segments|etiquetas|etiqueta|grupos|categorias|segmentos|tags do contato|标签|分组|类别`,
  ),
  first_seen_at: words(`first seen|first seen at|first contact|created|created at|date created|customer since
    |visto por primera vez|primera vez|primer contacto|creado|creado el|visto pela primeira vez|primeira vez|primeiro contato|criado|criado em|首次出现|首次联系|创建时间|创建日期`),
  last_seen_at: words(`last seen|last seen at|last contact|last active|last activity|last message
    |visto por ultima vez|ultima vez|ultimo contacto|ultima actividad|visto pela ultima vez|ultimo contato|ultima atividade|最近出现|最后出现|最后联系|最近活动|最后活动`),
}

function words(text: string): string[] {
  return text.split('|').map((each) => plain(each))
}

function plain(text: string): string {
  return foldForSearch(text)
    .replace(/[\p{P}\p{S}]+/gu, ' ')
    .replace(/\s+/gu, ' ')
    .trim()
}

/** The place of each field among the columns of a first line; of two that could be it, the first. */
export function guessColumns(header: readonly string[]): Columns {
  const names = header.map(plain)
  const taken = new Set<number>()
  const places = IMPORT_FIELDS.map((field) => {
    // The likelier name wins, not the column further left.
    for (const name of NAMES[field]) {
      const place = names.findIndex((each, n) => each === name && !taken.has(n))
      if (place < 0) continue
      taken.add(place)
      return [field, place]
    }
    return [field, null]
  })
  return Object.fromEntries(places) as Columns
}
