// What customers write to many kinds of businesses. Whoever learns from few examples learns from these what its tags are not.
export const BACKGROUND: readonly string[] = `
do you have a table for four tonight at eight
is the terrace open when it rains
my pizza arrived cold and one drink was missing
can i order without onions, i am allergic
do you deliver to the old town
i found a hair in my soup
what is the dish of the day
we would like to celebrate a birthday with twenty people
i need an appointment with the dentist next week
my tooth has hurt since yesterday
can i move my appointment from tuesday to thursday
are the results of my blood test there
which insurance do you accept
the doctor gave me the wrong prescription
do i have to fast before the examination
how long does the vaccination take
i want to sell my flat, what is it worth
is the apartment on green street still free
the heating in my flat does not work
when can we visit the house
how much is the deposit and when do i get it back
the neighbours are too loud at night
i forgot the password of my account
the app crashes whenever i open it
can i use the program on two computers
the update deleted all my files
how do i connect the printer to the network
please reset my two factor login
your website shows an error when i pay
my internet has been down since this morning
i want to cancel my phone contract
why is my bill higher than last month
do you have fibre in my street
my sim card is blocked
i would like a plan with more data
can i keep my number when i change the provider
my parcel has not arrived
the courier left the box in front of the wrong door
i received a blue shirt instead of a red one
the shoes are too small, can i change them
where is my refund
do you have this jacket in size medium
is the lamp in stock again
the vase came broken
can i pay when it is delivered
how do i use my discount code
i want to change the delivery address
do you ship to canada
the washing machine leaks
how long is the warranty on the oven
i need a spare part for my coffee machine
when does the technician come
can you repair the screen of my phone
my flight was cancelled, what now
i lost my suitcase at the airport
can i take my dog on the plane
i would like a seat by the window
please send me the boarding pass again
how much does extra luggage cost
i missed my connection
is breakfast included in the price
can we check in before noon
the air conditioning in our room is too loud
do you have a pool and is it heated
i want a double room for three nights
is parking free at the hotel
please wake me at six
i would like to open a savings account
my card was swallowed by the machine
there is a payment on my account that i did not make
what is the interest on a loan of ten thousand
how do i raise my credit limit
the transfer has not arrived yet
i was charged twice
can i exchange dollars at your branch
please block my card, it was stolen
i had an accident with my car
how do i report a claim
is my bicycle insured against theft
i want to insure my house
my premium went up, why
when is the next english course
can my daughter join in the middle of the term
is there a certificate at the end
how much is the tuition
i cannot come to class tomorrow
my son is ill and stays at home
when are the school holidays
i would like to book a haircut
how much is a manicure
my hair turned green after the colouring
do you do bridal make up
can i bring my own products
i want to freeze my gym membership
is the sauna open on sundays
when is the yoga class
do you have a trainer who speaks spanish
my brakes make a noise
when is my car ready
do you have winter tyres for this model
i would like a test drive
how far does the electric one go
can i lease it for three years
i need a taxi to the station at five
the driver was rude
i left my umbrella in the bus
where is my driver
how do i get an invoice for the ride
i would like to apply for the job as a cook
did you receive my application
are you still hiring
what is the salary
can i work from home
please send me the invoice for march
our company needs fifty licences
we would like an offer for cleaning our office
can you give us a discount for large orders
i have not been paid yet
who is responsible for contracts
we want to become your partner
i would like to donate
how do i become a volunteer
do you take old clothes
i found a cat, what should i do
my dog does not eat
can the vet come to us
when can i pick up the medicine
do i need a prescription for this cream
is the shop open on easter monday
i lost my membership card
please delete all my data
stop sending me advertisements
can i speak with your manager
i want to complain about your colleague
your service is wonderful
i am very disappointed
this is the third time that i ask
nobody answers the phone
can somebody call me back
do you also speak french
thank you, the problem is solved
i sent you an email last week
where are you located
how late are you open today
is there a discount for students
can i have a receipt
do you have a catalogue
i want to buy two tickets for saturday
the concert was cancelled, do i get my money back
are children free
how long is the queue
can we sit together
do you have vegetarian food
what is the wifi password
set an alarm for seven in the morning
what is the capital of peru
translate good morning into italian
how many calories are in an apple
play the next song
turn off the lights in the kitchen
what is the news today
tell me something funny
how old are you
add milk to my shopping list
what is on my calendar tomorrow
roll a dice
how do i say thank you in japanese
what is five times twelve
is it going to rain at the weekend
`
  .trim()
  .split('\n')
