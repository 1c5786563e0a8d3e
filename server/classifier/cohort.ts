// Sentences that any customer of any business writes: what a tag's likeness to them is, likeness in general is.
export const COHORT: readonly string[] = [
  'hi, how are you',
  'hello, can you help me',
  'i have a question',
  'could you please tell me',
  'thank you so much for your help',
  'that is all for today',
  'have a nice day',
  'i will wait',
  'please let me know',
  'are you still there',
  'what do you mean',
  'i do not understand',
  'that would be great',
  'yes that is correct',
  'no that is wrong',
  'sorry, my mistake',
  'one moment please',
  'i will send you the details',
  'my name is anna and my number is 5523',
  'the address is 12 green street',
  'is there anything else',
  'i am not sure',
  'when will you be open',
  'how much is it',
  'i saw it on your website',
  'can i speak to someone',
  'i tried that already and it did not work',
  'this is really annoying',
  'i am very happy with it',
  'please do it as soon as possible',
  'it is for a friend of mine',
  'i would like to know more',
  'what are my options',
  'can you check that for me',
  'i need it by friday',
  'let me think about it',
  'i will come back to you tomorrow',
  'we are two people',
  'my phone is out of battery',
  'here is a picture',
  'what is the weather like today',
  'tell me a joke',
  'who won the game last night',
  'i am on my way home',
  'see you on monday',
  'how do i get to the station',
  'what time is it',
  'remind me to call my mother',
  'play some music',
  'do you like football',
]

/** Words that say nothing of what a text is about: those of grammar, and those that most descriptions of tags have. */
export const STOPWORDS = new Set(
  `a about above after again all also am an and any anyone anything are as asks ask asking asked at be because been before being but by can
   could customer customers client clients contact did do does doing done dont down for from get gets getting give go going got had has have
   having he her here hers him his how i id if ill im in into is it its ive just kind know let like may me might mine more most much must my
   need needs needed no nor not now of off on once one only or other our out over own please say says she should so some somebody someone
   something such talk talks tell than that the their them then there these they thing things this those to too under until up us user users
   very want wants wanted wanting was we were what when where which while who whom whose why will wish with would yes you your yours person
   people conversation message messages tag says said about regarding related concerning issue issues problem problems question questions inquiry
   el la los las un una unos unas de del al y o que en es por para con su sus se lo le les mi me te tu yo no si como cuando donde cliente
   clientes quiere pregunta sobre está esta este o os as um uma uns umas do da dos das no na nos nas e em por para com seu sua seus suas se que
   eu voce meu minha nao sim quer pergunta`
    .split(/\s+/u)
    .filter((word) => word !== ''),
)
