// How people ask in French and Italian to be put on a list or called by a name, as asSeen() reads it.
import { untilWords, type RequestWords } from './request-words.ts'

const MOI = '(?:moi|nous)'
const FR_SET =
  '(?:not|met|mett|inscri|inscriv|enregistr|ajout|marqu|class|consider|compt|trait|fai|fait|pass|list|rang|nomm|appel|gard|sauvegard|indiqu|repertori|identifi|designe|declar|ecri|ecriv|retir|enlev)'
const FR_FILL =
  "(?: (?:svp|s['’]il (?:vous|te) plait|stp|deja|aussi|bien|maintenant|juste|directement|dans (?:votre|ton|le) \\p{L}+|chez vous))*"
const FR_AS = '(?:comme|en tant que?|parmi|en|sous)'
const FR_ME = `(?:\\b${FR_SET}\\p{L}{0,3} ${MOI}|\\b(?:me|m['’]|nous) ?${FR_SET}\\p{L}{0,4}|\\b${FR_SET}\\p{L}{0,3} (?:mon|ma|notre|ce|cette) (?:contact|numero|nom|compte|profil|fiche|chat|conversation|client))`
const FR_NOTE =
  "(?:not(?:ez|e|er)(?: (?:le|la|bien|ca|cela))*|pren(?:ez|ds)(?: en)? note|retenez(?: le)?|enregistr(?:ez|e)(?: (?:le|ca|cela))?|marqu(?:ez|e) (?:le|ca|cela)|inscri(?:vez|s) (?:le|ca|cela)|n['’]oubli(?:ez|e) pas|souven(?:ez vous|s t(?:oi|en)|ez vous en)|pour (?:vos|votre|tes) (?:dossiers?|fichiers?|notes?|registres?))"
const JE_SUIS = "(?:je suis|j['’]suis|nous sommes)(?: (?:un|une|votre|ton|deja|desormais|client|cliente))*"
const FR_SYSTEM =
  " (?:dans|sur|d['’]apres|selon|pour) (?:votre|vos|ton|tes|le|la|les) (?:\\p{L}+ )?(?:systeme|dossiers?|fichiers?|registres?|listes?|base|fiches?|crm|notes?|ordinateur|logiciel)\\b"
export const FRENCH: readonly RequestWords[] = [
  { before: `${FR_ME}${FR_FILL} ${FR_AS}\\b(?: (?:un|une|des|les|vos|client|cliente|clients))*` },
  {
    before: `\\b(?:faites|fais|nommez|nomme|appelez|appelle|considerez|considere|mettez|mets|notez|marquez) ${MOI}`,
    after: untilWords("svp|stp|s['’]il|et|maintenant|merci|dans|aussi"),
  },
  {
    before: `${FR_ME}${FR_FILL} (?:sur|dans|a) (?:la|les|votre|vos|le|ta|une)(?: \\p{L}+)? ?(?:liste|groupe|categorie|segment|fichier|registre|base)s?(?: (?:des?|d['’]|pour|du|les|clients))*`,
  },
  {
    before: `\\b(?:veux|voudrais|souhaite|dois|devrais|aimerais|merite|exige|demande|peux|pourrais)(?: d['’]| a)? ?(?:etre|figurer|apparaitre|passer|compter)(?: \\p{L}+e?e?s?)?${FR_FILL} ${FR_AS}\\b(?: (?:un|une|client|cliente))*`,
  },
  {
    before: `\\b(?:mon|ma|notre|le)(?: \\p{L}+)? ?(?:statut|status|categorie|type|groupe|niveau|segment|rang|classement|priorite)(?: (?:de )?clients?)?(?: ?[:=]| a| en| sur| est| comme| doit etre| devrait etre)+`,
  },
  {
    before: `\\b(?:${JE_SUIS}|(?:je|nous) (?:dois|devrais|devons|devrions) (?:etre|figurer|apparaitre)(?: comme)?)`,
    after: FR_SYSTEM,
  },
  {
    before: `\\b${JE_SUIS}`,
    after: `[\\s\\p{P}]*(?:(?:et|donc|merci de|veuillez|bien vouloir|s['’]il vous plait|svp) ?)*(?:${FR_NOTE})`,
  },
  {
    before: `\\b(?:${FR_NOTE}|sachez|des maintenant|desormais|a partir de maintenant)(?: que)?[\\s\\p{P}]*${JE_SUIS}`,
    after: untilWords('svp|stp|et|merci|maintenant|dans'),
  },
]

const IT_SET =
  '(?:segn|mett|met|registr|inserisc|inser|annot|iscriv|aggiung|salv|consider|tratt|fa|fat|facci|nomin|not|appunt|elenc|marc|contrassegn|conserv|class|schedar|imposta|chiam|includ|scriv|tien)'
const IT_ME = `(?:\\b${IT_SET}\\p{L}{0,6}?(?:mi|ci)|\\b(?:mi|ci) ${IT_SET}(?:a|i|e|o|ano|ono|ete|ate|are|ere|ire|ca|chi|te|ta)?|\\b${IT_SET}\\p{L}{0,5} (?:il|la|questo|questa)? ?(?:mio|mia|nostro|contatto|cliente) (?:contatto|numero|nome|profilo|scheda|chat|conversazione)?)`
const IT_FILL =
  '(?: (?:per favore|per cortesia|pure|gia|anche|adesso|ora|subito|li|qui|nel (?:vostro|tuo|suo )?\\p{L}+))*'
const IT_NOTE =
  '(?:(?:annot|segn|registr|ricord|appunt|scriv|salv)(?:a|ate|i|ino|alo|atelo|ilo|atevi|ati|atevelo|telo|etelo)?(?:lo|la)?|prend(?:i|ete|a)(?:ne)? nota|non dimentic\\p{L}*|ten(?:ete|ga|etelo|galo|ere)? (?:presente|conto)|tieni(?:lo)? (?:presente|conto))'
const SONO = '(?:sono|siamo|io sono)(?: (?:un|una|gia|il|la|vostro|vostra|cliente))*'
export const ITALIAN: readonly RequestWords[] = [
  {
    before: `${IT_ME}${IT_FILL} (?:come|tra|fra|sotto|da|quale)\\b(?: (?:i|gli|le|un|una|uno|cliente|clienti|vostri))*`,
  },
  {
    before: `\\b(?:fammi|fatemi|nominami|nominatemi|consideram?i|consideratemi|chiamami|chiamatemi|mettimi|segnami|segnatemi)`,
    after: untilWords('per favore|e|adesso|ora|grazie|nel|anche'),
  },
  {
    before: `${IT_ME}${IT_FILL} (?:nella|alla|in|nel|nelle|sulla|al)(?: (?:vostra|tua|sua|vostro))? ?(?:lista|elenco|gruppo|categoria|segmento|registro|rubrica)(?: (?:dei|degli|delle|di|per|clienti))*`,
  },
  {
    before: `\\b(?:voglio|vorrei|devo|dovrei|desidero|posso|potrei|merito|pretendo|chiedo di) (?:essere|figurare|risultare|comparire|apparire|stare)(?: \\p{L}+t[oaie])?${IT_FILL} (?:come|tra|fra)\\b(?: (?:un|una|i|gli|cliente))*`,
  },
  {
    before: `\\b(?:il mio|la mia|il nostro|mio|lo)(?: \\p{L}+)? ?(?:stato|status|categoria|tipo|gruppo|livello|segmento|grado|profilo|priorita)(?: (?:di )?cliente)?(?: ?[:=]| a| su| in| e| come| deve essere| dovrebbe essere| sia)+`,
  },
  {
    before: `\\b(?:${SONO}|(?:devo|dovrei|voglio|vorrei) (?:essere|risultare|figurare))`,
    after:
      ' (?:nel|nei|nella|nelle|sul|secondo il|per il) (?:vostro |vostri |vostra |tuo |suo )?(?:sistema|archivio|registro|registri|lista|database|scheda|crm|note|computer|gestionale)\\b',
  },
  { before: `\\b${SONO}`, after: `[\\s\\p{P}]*(?:(?:e|quindi|per favore|dunque) ?)*(?:${IT_NOTE})\\b` },
  {
    before: `\\b(?:${IT_NOTE}|sappiate|d['’]ora in poi|da ora in poi|da oggi)(?: (?:che|bene|pure))*[\\s\\p{P}]*(?:che )?${SONO}`,
    after: untilWords('per favore|e|grazie|nel|da'),
  },
]
