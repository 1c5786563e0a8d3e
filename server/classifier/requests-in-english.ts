// How people ask in English to be put on a list or called by a name, as asSeen() reads it.
import { untilWords, type RequestWords } from './request-words.ts'

const ME =
  '(?:me|us|myself|ourselves|(?:my|our|this|the) (?:contact|number|phone(?: number)?|name|account|profile|chat|conversation|company|customer|client|user|record|file|entry)s?)'
const DOWN =
  '(?: (?:down|up|in|over|please|pls|plz|kindly|just|also|now|here|there|today|always|permanently|internally|officially|both|all|\\w+ed|written|known))'
const PUT_DOWN =
  '(?:put|set|mark|not|list|register|enter|enroll?|record|sav|stor|logg|fil|add|treat|count|consider|class|classifi|categori[sz]|flagg|view|recogni[sz]|identifi|regard|upgrad|promot|declar|address|label+|tagg|describ|handl)(?:ed)?|known|seen|written|kept|shown'
const KINDS =
  '(?:status|type|group|tier|level|category|segment|rank|ranking|rating|class|classification|designation|standing|flag|remarks?|title|role|priority)'
const SYSTEM = '(?:system|records?|books?|database|db|lists?|crm|notes?|computer|files?|registers?|program|software)'
const PERSON = '(?: (?:customer|client|member|guest|person|user|buyer|shopper|contact|caller|partner)s?)?'
const I_AM = "(?:i am|i['’]?m|we are|we['’]re)(?: (?:now|already|also|your|actually|really|officially|one of|all))*"
const PLEASE =
  '[\\s\\p{P}]*(?:(?:and|so|but|please|pls|plz|kindly|just|do|can you|could you|would you|you can|make sure (?:to|you)|be sure to|remember to|i want you to|staff|team) ?)*'
const NOTE =
  "(?:note\\b|remember\\b|take (?:a )?note|make (?:a )?note|do(?: not|n['’]?t) forget|(?:bear|keep)(?: (?:that|it|this))? in mind|for (?:the|your|ur) (?:records?|notes|files?|system|memory|information|info)|(?:record|write|save|register|mark|enter|log|store|file|jot|put|act)(?: (?:that|it|this|so|me))?(?: (?:down|accordingly|in (?:the|your) \\w+|on (?:file|record|my \\w+))))\\b|\\b(?:record|write|save|register|mark|log|store|file) (?:that|it|this|so|me)\\b"
export const ENGLISH: readonly RequestWords[] = [
  {
    before: `\\b(?!(?:\\p{L}+(?:ed|ing|s)|made|took|kept|had|wrote|saw|thought|sent|left|got|gave|told|held|knew|found|for|to|of|by|with|on|at|from|about|between|against|like|than|and|or|as|in)\\b)\\p{L}+ ${ME}${DOWN}{0,3} (?:as|under|among(?:st)?)\\b`,
  },
  { before: `\\b(?:refer to|think of|look at|speak of|treat) ${ME}${DOWN}{0,2} (?:as|like)\\b` },
  {
    before: `\\b(?:i|we)(?:['’]d)?(?: (?:really|just|also|would|only))*(?<!\\b(?:not|never|dont)|n['’]t) (?:want(?:ed)?|wanna|wish|like|love|need|should|must|ought|have|deserve|prefer|expect|hope|ask(?:ed)?|request|demand|insist|am|are)(?: (?:to|that|i|we|me|us|on|my|our|name|number|contact|should|must))* (?:be|get|appear|show|show up|come up|count|figure|feature|go)(?: (?:${PUT_DOWN}))?${DOWN}{0,2} (?:as|under|among(?:st)?)\\b`,
  },
  {
    before: `\\b(?:can|could|may|let) (?:i|we|me|us) (?:please )?(?:be|get) (?:${PUT_DOWN})${DOWN}{0,2} (?:as|under|among(?:st)?)\\b`,
  },
  ...[
    '(?:make|mark|consider|deem|declare|crown|dub|class|rank|proclaim|appoint|designate|register)',
    '(?:call|name|count|list|note|put|save|set)',
  ].map((verbs, i) => ({
    before: `\\b${verbs} (?:me|us|myself|ourselves)(?: (?:down|up|in|please|pls|now|just|also|to))*${i === 0 ? '' : '(?! an? )'}`,
    after: `${PERSON}${untilWords('too|also|now|instead|please|pls|plz|thanks?|thx|and|so|in|on|here|already|for (?:ever|good|life|next)|today|from|asap|or|ok|okay|will you|immediately')}`,
  })),
  {
    before: `\\b(?:set|change|update|switch|turn|move|raise|upgrade|convert|put|make|edit|modify|adjust|correct) (?:my|our|the|this) (?:\\w+ )?${KINDS}(?: field)?(?: ?[:=]| to be| to| as| into| at| with)?`,
  },
  {
    before: `\\b(?:my|our|customer|client|contact|profile|crm)(?: (?:customer|client|contact|account|user|crm))? ${KINDS}(?: field)?(?: ?[:=]| is| are| as| to| should be| must be| has to be| needs to be| shall be| should read)+`,
    after: `${PERSON}${untilWords('please|pls|thanks?|and|so|now|from|in')}`,
  },
  {
    before: `\\b(?:put|add|place|include|enter|write|get|move|insert|stick|register|sign|enroll?|subscribe|keep|want|append|assign|take|remove|delete|bring|have|count|throw|slot|slip) ${ME}${DOWN}{0,3} (?:on|onto|to|in|into|under|with|among|off|from|for|at)(?: (?:to|of|your|the|a|an|this|that|our|my))*`,
    after: `(?: (?:customers?|clients?|contacts?|people|members?|users?|buyers?))? (?:lists?|group|category|segment|database|db|tier|folder|crm|bucket|pile)\\b`,
  },
  {
    before: `\\b(?:put|add|place|include|enter|write|get|move|insert|stick|register|sign|enroll?|keep|want|append|assign|have|count|throw) ${ME}${DOWN}{0,3} (?:on|onto|to|in|into|under|with|among)(?: (?:your|the|a|this|that|our))+(?: \\w+)? (?:lists?|group|category|segment|register|folder|section)(?: (?:of|for|called|named|with|your|the|all))*`,
  },
  {
    before: `\\b(?:put|place|file|sort|move) ${ME}${DOWN}{0,2} (?:in|into)\\b`,
    after: untilWords('please|pls|thanks?|and'),
  },
  {
    before: `\\b(?:i|we)(?:['’]d)? (?:should|must|ought to|need to|have to|want to|wanna|would like to|like to|deserve to|am to|are to|am supposed to|am|are|is)(?: (?:be|become|show|show up|appear))?|\\bi['’]?m|\\bwe['’]re`,
    after: `${PERSON} (?:in|on|by|for|to|within|according to) (?:your|the|ur|ya|this) (?:\\w+ )?${SYSTEM}\\b`,
  },
  {
    before: `\\b(?:in|on|according to|by) (?:your|the) (?:\\w+ )?${SYSTEM}[\\s\\p{P}]*(?:i|we|my name)(?: (?:am|are|is|should|must|ought to|have to|need to|has to)(?: (?:be|show|appear|read|stand))?(?: up)?|['’]?m|['’]re)(?: as)?`,
    after: `${PERSON}${untilWords('please|pls|and|so')}`,
  },
  {
    before: `\\b(?:give|grant|assign|award) (?:me|us)\\b`,
    after: ` (?:customer |client )?(?:status|standing|rank|designation|classification)\\b`,
  },
  { before: `\\b${I_AM}`, after: `${PERSON}${PLEASE}(?:${NOTE})` },
  {
    before: `(?:\\b(?:know|fyi|as of (?:now|today)|from now on|from today(?: on)?|henceforth|going forward)|${NOTE})(?: (?:please|down|it|this|too))*[\\s\\p{P}]*(?:that )?${I_AM}`,
    after: `${PERSON}${untilWords('please|pls|and|so|in|on|for|thanks?|thx|now|too|also|here|from|already')}`,
  },
  {
    before: `\\b(?:my|our|your) (?:records?|files?|profile|system|contact|entry|notes?|crm|database|books?)(?: card| page)? (?:should|must|has to|have to|needs? to|ought to)(?: (?:now|also|clearly))? (?:say|read|list|state|be|show (?:me|us) as|describe (?:me|us) as)(?: that)?(?: ${I_AM})?(?: (?:me|us))?(?: as)?`,
  },
  {
    before: `\\b(?:note|write|jot|put)(?: (?:down|please))*`,
    after: ` (?:for|on|against) (?:me|us)\\b(?! (?:\\p{L}))`,
  },
  {
    before: `\\b(?:the|this) (?:customer|client|contact|user|sender|person|caller) (?:is|are|should be|must be|has to be|needs to be|deserves to be|qualifies as|counts as|wants to be|asked to be|to be)(?: (?:now|also|really|hereby))?(?: (?:${PUT_DOWN}))?${DOWN}{0,2}(?: as)?\\b`,
    after: `${PERSON}${untilWords('please|pls|and|so|in|now|too|also|here|from|since|of|with')}`,
  },
]
