/**
 * The tables of the world: what there is and what is true of it. One row an entity, written so
 * that a person who reads prompts about them mostly knows the answers already.
 */

/** The sizes from small to big: their order is a fact of the world. */
export const sizes = ['tiny', 'small', 'big', 'huge'] as const;

/** Animals: name, plural, colour, size, home, food, sound (`-` where none is known). */
export const animalTable = `
dog dogs brown big house meat barks
cat cats black small house fish meows
mouse mice grey tiny house cheese squeaks
cow cows white huge farm grass moos
horse horses brown huge farm grass neighs
sheep sheep white big farm grass bleats
pig pigs pink big farm corn grunts
hen hens white small farm seeds clucks
goat goats grey big mountain leaves bleats
eagle eagles brown big mountain meat screams
duck ducks green small pond bread quacks
frog frogs green tiny pond insects croaks
swan swans white big pond grass -
rabbit rabbits grey small garden carrots -
snail snails brown tiny garden leaves -
bee bees yellow tiny garden honey buzzes
fox foxes red small forest eggs -
wolf wolves grey big forest meat howls
bear bears brown huge forest honey growls
owl owls grey small forest insects hoots
deer deer brown big forest leaves -
squirrel squirrels red small forest nuts -
tiger tigers orange huge jungle meat roars
monkey monkeys brown small jungle fruit -
parrot parrots green small jungle fruit talks
snake snakes green big jungle eggs hisses
elephant elephants grey huge jungle leaves trumpets
camel camels brown huge desert grass -
lizard lizards yellow tiny desert insects -
shark sharks grey huge sea fish -
whale whales blue huge sea fish sings
seal seals black big sea fish barks
otter otters brown small river fish -
salmon salmon pink small river insects -`;

/** Objects: name, colour, material, room, what one uses it for. */
export const objectTable = `
lamp yellow glass bedroom give light
bed white wood bedroom sleep at night
pillow white cotton bedroom rest your head
box brown paper bedroom keep toys
ball red plastic bedroom play games
coat green cotton bedroom keep warm
table brown wood kitchen eat dinner
chair brown wood kitchen sit down
cup white glass kitchen drink tea
plate blue glass kitchen hold food
knife grey metal kitchen cut bread
spoon grey metal kitchen eat soup
pot black metal kitchen cook soup
mirror grey glass bathroom see your face
towel blue cotton bathroom dry your hands
comb black plastic bathroom tidy your hair
bucket orange plastic bathroom carry water
hammer black metal garage drive nails
axe grey metal garage cut wood
ladder brown wood garage climb up
rope yellow cotton garage tie boxes
bike red metal garage ride to work
car blue metal garage drive to town
book green paper office read stories
pen blue plastic office write letters
phone black plastic office call friends
clock red plastic office tell the time
map green paper office find the way`;

/** Places: name, preposition, size, the place nearby; then what one can do there. */
export const placeTable = `
forest in huge mountain: walk, climb trees, pick berries
farm on big river: feed hens, ride horses, pick apples
sea in huge beach: swim, sail a boat, catch fish
river in big forest: swim, catch fish, row a boat
desert in huge mountain: ride camels, look at stars, walk
mountain on huge forest: climb, walk, look at stars
jungle in huge river: look at birds, climb trees, walk
garden in small house: plant flowers, pick apples, drink tea
pond in small garden: feed ducks, look at frogs, sit in the sun
house in small garden: read books, cook soup, drink tea
school in big park: read books, learn songs, write stories
library in big school: read books, write stories, look at maps
market in big station: buy fruit, meet friends, sell cakes
bakery in small market: buy bread, eat cakes, drink tea
hospital in huge park: see a doctor, visit friends, rest
park in big school: play games, walk, meet friends
station in big market: take a train, meet friends, buy maps
beach on big sea: swim, play games, sit in the sun`;

/** People: name, pronoun, job, workplace, friend, pet, favourite food. */
export const personTable = `
Anna she teacher school Peter cat cake
Ben he baker bakery Olga dog cheese
Clara she doctor hospital Leo horse soup
David he farmer farm Ivy pig eggs
Emma she nurse hospital Jack rabbit apples
Frank he driver station Mia parrot rice
Grace she writer library Noah cat honey
Henry he gardener garden Kate duck fish
Ivy she singer park David mouse cake
Jack he sailor sea Emma dog fish
Kate she seller market Henry goat cheese
Leo he painter park Clara snake apples
Mia she student school Frank frog rice
Noah he fisher river Grace duck soup
Olga she guide mountain Ben sheep bread
Peter he cook market Anna hen eggs`;

/** Foods that can stand in stories and lists besides those that animals and people eat. */
export const foods = ['bread', 'cheese', 'fish', 'soup', 'apples', 'cake', 'rice', 'honey', 'eggs'];

/** Names that a pet can have. */
export const petNames = ['Max', 'Bella', 'Rex', 'Luna', 'Coco', 'Sam', 'Lucky', 'Daisy', 'Milo'];

/** The numbers of the world, from zero on. */
export const numberWords = [
  'zero',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
];

/** The days of the week. */
export const days = [
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
  'Sunday',
] as const;
