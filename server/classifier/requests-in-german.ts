// How people ask in German and Dutch to be put on a list or called by a name, as asSeen() reads it.
import { untilWords, type RequestWords } from './request-words.ts'

const MICH =
  '(?:mich|uns|mij|me|ons|(?:meinen?|unseren?|diesen?|mijn) (?:kontakt|kunden|chat|nummer|namen|eintrag|konto|profil|contact|naam))'
const DE_FILL =
  '(?: (?:bitte|ein|doch|mal|einfach|gleich|ab sofort|ab jetzt|jetzt|auch|sofort|dort|da|hier|bei (?:euch|ihnen|dir)|in (?:ihrem|eurem|deinem|der|ihrer|eurer) \\p{L}+|im \\p{L}+|intern|alstublieft|aub|graag|even|nu|ook|maar))*'
const DE_SET =
  '(?:trag|setz|stell|fuhr|notier|schreib|vermerk|registrier|speicher|erfass|leg|nimm|nehm|mach|zahl|behandel|betracht|merk|markier|nenn|bezeichn|stuf|ordn|pack|steck|hinterleg|aufnehm|eintrag|fug|erklar|zet|noteer|registreer|schrijf|sla|maak|noem|beschouw|behandel|voeg|markeer|plaats|geef)'
const DE_NOTE =
  '(?:(?:bitte )?(?:notier|vermerk|merk|schreib|trag|speicher|noteer|onthoud|schrijf|registreer)(?:en|e|t)?(?: (?:sie|ihr))?(?: (?:das|dir|euch|sich|es|dat|dit|ein|auf|op|bitte))*|(?:bitte )?(?:das )?(?:notieren|vermerken|merken|aufschreiben|eintragen|speichern|beachten)|nicht vergessen|zur kenntnis|fur (?:ihre|eure|deine|die) (?:akten|unterlagen|notizen|kartei|datenbank))'
const DE_PLEASE = '[\\s\\p{P}]*(?:(?:und|also|bitte|doch|das|en|dus|alsjeblieft|alstublieft) ?)*'
const ICH_BIN = '(?:ich bin|bin ich|wir sind|ik ben)(?: (?:ein|eine|einer|euer|ihr|ja|jetzt|ab|schon|een|nu))*'
const DE_KINDS =
  '(?:status|kundenstatus|kategorie|gruppe|kundengruppe|typ|kundentyp|stufe|rang|segment|klasse|einstufung|prioritat|categorie|groep)'
export const GERMAN: readonly RequestWords[] = [
  {
    before: `(?<!\\b(?:habe|haben|habt|hat|hast|hatte|hatten|wurde|wurden|heeft|hebben|hebt) (?:\\p{L}+ ){0,2})\\b${MICH}${DE_FILL} (?:als|unter|zu|zum|zur)(?: (?:den|die|der|ein|einen|eine))?(?! (?:\\p{L}+ )?\\p{L}+ (?:gefuhlt|behandelt))\\b`,
  },
  {
    before: `\\b(?:will|mochte|mocht|wollen|mochten|muss|sollte|soll|wunsche|wil|moet|zou)(?: (?:ich|wir|ik|bitte|gern|gerne|bei (?:euch|ihnen)|in (?:ihrem|eurem|der|ihrer) \\p{L}+|graag))* (?:als|unter)\\b`,
    after:
      '.{0,40}\\b(?:gefuhrt|eingetragen|vermerkt|notiert|gespeichert|registriert|erfasst|gelistet|behandelt|gelten|stehen|markiert|eingestuft|angelegt|hinterlegt|erscheinen|auftauchen|geregistreerd|staan|genoteerd)\\b',
  },
  {
    before: `\\b${DE_SET}\\p{L}{0,3}(?: (?:sie|ihr))? ${MICH}${DE_FILL} (?:auf|in|op|bij|an)(?: (?:die|der|das|den|eure|ihre|deine|de|jullie|het|eurer|ihrer))*`,
    after: '[ ]?(?:kunden|klanten)?(?:liste|lijst|gruppe|groep|kategorie|kartei|datenbank|segment)\\b',
  },
  {
    before: `\\b${MICH}${DE_FILL} (?:auf|in|op|bij)(?: (?:die|der|eure|ihre|deine|de|jullie|eurer|ihrer))* (?:liste|lijst|gruppe|groep|kategorie|kartei|segment)(?: (?:der|mit|von|fur|van|den))*`,
  },
  {
    before: `\\b(?:mein(?:en?|em)?|unser(?:en?)?|mijn|den) (?:\\p{L}+ )?${DE_KINDS}(?: ?[:=]| auf| als| zu| ist| soll| lautet| op| naar| is| moet)+`,
  },
  {
    before: `\\b(?:mach|mache|macht|machen sie|nenn|nenne|nennt|nennen sie|maak|noem) (?:mich|uns|mij)(?: (?:bitte|zum|zur|zu|einfach|jetzt))*`,
    after: untilWords('bitte|und|ab|jetzt|danke|in|bei|en'),
  },
  {
    before: `\\b(?:${ICH_BIN}|(?:ich|wir) (?:sollte|sollten|muss|mussen|gelte|stehe)(?: (?:als|eigentlich|doch))*)`,
    after:
      '(?:[ -]?kund(?:e|in|en))? (?:in|bei|laut|im|mit)(?: (?:ihrem|eurem|deinem|ihrer|eurer|der|dem|euren|ihren))? ?(?:system|kartei|datenbank|liste|akten|akte|unterlagen|crm|notizen|computer)\\b',
  },
  {
    before: `\\b(?:ich|wir|bin ich|sollte ich)(?: (?:sollte|sollten|muss|mussen|bin|sind|stehe|gelte))?(?: \\p{L}+){0,2} (?:in|im|bei|laut) (?:(?:ihrem|eurem|deinem|ihrer|eurer|der|dem) )?(?:system|kartei|datenbank|liste|akte|akten|unterlagen|crm|notizen)(?: (?:ich|wir))?(?: (?:bin|sind|sollte|muss))?(?: (?:ich|wir|als|ein|eine))*`,
  },
  { before: `\\b${ICH_BIN}`, after: `(?:[ -]?kund(?:e|in|en))?${DE_PLEASE}(?:${DE_NOTE})\\b` },
  {
    before: `\\b(?:${DE_NOTE}|ab (?:jetzt|sofort|heute)|wissen sie)(?: (?:bitte|dir|euch|sich|dat))*[\\s\\p{P}]*(?:dass? |dat )?(?:ich|wir|ik)?(?: ?(?:bin|sind|ben))?(?: ich)?(?: (?:ein|eine|een|jetzt))*`,
    after: `(?:[ -]?kund(?:e|in|en))?(?: (?:bin|sind|ben))?${untilWords('bitte|und|danke')}`,
  },
]
