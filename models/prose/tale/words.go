package tale

// kinds are those whom tales are about, with the pronouns that stand for them.
var kinds = []struct {
	name  string
	forms [3]string
}{
	{"fox", he}, {"mouse", she}, {"bear", he}, {"owl", she}, {"hare", he}, {"goose", she}, {"wolf", he}, {"cat", she},
	{"frog", he}, {"swan", she}, {"mole", he}, {"otter", she}, {"raven", he}, {"hen", she}, {"dog", he}, {"deer", she},
	{"miller", he}, {"baker", he}, {"weaver", she}, {"smith", he}, {"widow", she}, {"fisherman", he}, {"shepherd", he}, {"queen", she},
	{"king", he}, {"princess", she}, {"beggar", he}, {"sailor", he}, {"boy", he}, {"girl", she}, {"grandmother", she}, {"gardener", he},
}

var (
	he  = [3]string{"he", "him", "his"}
	she = [3]string{"she", "her", "her"}
)

// choices are the words and phrases of every slot.
var choices = map[string][]string{
	"nature": {
		"young", "old", "clever", "poor", "brave", "quiet", "proud", "lazy", "kind", "hungry", "small", "honest", "curious", "patient", "merry", "lonely",
	},
	"season": {
		"one winter", "one summer", "one spring", "one autumn", "many years ago", "long ago", "once upon a time", "in the old days",
	},
	"place": {
		"in {a wood}", "by {a water}", "at the foot of {a hill}", "in a {small} house near {a wood}", "in a {small} village by {a water}",
		"under the roots of {a tree}", "in a tower above {a water}", "at the end of a long road",
	},
	"wood":  {"dark forest", "green forest", "birch wood", "wide meadow", "quiet valley", "old garden"},
	"water": {"river", "lake", "deep pond", "cold stream", "grey sea", "broad river"},
	"hill":  {"steep hill", "white mountain", "blue mountain", "high cliff", "green hill"},
	"tree":  {"tall oak", "old willow", "great pine", "crooked apple tree", "hollow beech"},
	"small": {"small", "little", "narrow", "crooked", "warm", "white"},
	"far":   {"{hill}", "{wood}", "{water}", "island in the lake", "city behind the hills", "castle of glass", "mill by the {water}", "market in the town"},
	"thing": {
		"{precious} ring", "{precious} bell", "{precious} key", "{precious} cup", "{precious} feather", "{precious} lantern",
		"{precious} coat", "{precious} book", "{precious} apple", "{precious} mirror", "{precious} ship", "{precious} drum",
	},
	"precious": {"golden", "silver", "red", "blue", "green", "broken", "forgotten", "shining", "wooden", "strange"},
	"food":     {"bread", "honey", "a pot of soup", "a basket of apples", "three eggs", "some cheese", "a handful of nuts", "sweet cakes"},
	"trouble": {
		"a storm", "a thick fog", "a great snow", "a hard frost", "a flood", "a fire", "a long rain", "a cold wind",
	},
	"time": {
		"that evening", "the next morning", "after three days", "at midnight", "when the moon rose", "before the sun was up", "a week later", "at noon",
	},
	"way": {
		"over the bridge", "along the river", "through the snow", "across the field", "up the narrow path", "past the mill",
		"through the tall grass", "between the stones", "down the long stairs", "into the dark",
	},
	"feeling": {"glad", "afraid", "tired", "angry", "sad", "happy", "ashamed", "surprised"},
	"heard":   {"the wind in the leaves", "a voice behind the door", "somebody weeping", "a song from far away", "steps on the stones", "the sound of a bell"},
	"saw": {
		"a light in the window", "a boat without a man in it", "footprints in the snow", "a gate of iron", "smoke above the trees",
		"an open door", "a table with two chairs", "a star that fell into the water",
	},

	"tale": {
		"{opening} {wish} {setting out} {hardship} {meeting} {deed} {return} {moral}",
		"{opening} {wish} {setting out} {meeting} {hardship} {deed} {return} {moral}",
		"{opening} {loss} {setting out} {hardship} {meeting} {deed} {return} {moral}",
		"{opening} {loss} {meeting} {setting out} {deed} {return} {moral}",
		"{opening} {wish} {meeting} {quarrel} {deed} {moral}",
	},
	"opening": {
		"{Season} there was {a hero} who lived {place}.",
		"{Season} {a hero} lived {place}.",
		"{Season}, {place}, there lived {a hero}.",
		"There was {season} {a hero} who had a house {place}.",
	},
	"wish": {
		"Nothing did {he} want more than {a thing wish}.",
		"Every night {he} dreamed of {a thing wish}.",
		"{He} had heard of {a thing wish}, and could not sleep.",
		"All {he} had was {food}, but {he} wanted {a thing wish}.",
	},
	"thing wish": {
		"{thing} that lay hidden in the {far}", "{thing} that nobody could find", "{thing} that could speak", "{thing} from the {far}",
	},
	"loss": {
		"One day {trouble} came and took everything {he} had.",
		"One night somebody stole the {thing} from {him}.",
		"{Time} {trouble} came, and the {thing} was gone.",
		"{He} had a {thing}, but {trouble} carried it away.",
	},
	"setting out": {
		"So {he} took {food} and went {way}.",
		"{Time} {he} shut the door and walked {way} to the {far}.",
		"{Hero} packed {food} and set out for the {far}.",
		"So {hero} left the house and went {way}, and {he} did not look back.",
	},
	"hardship": {
		"On the road {he} met {trouble}, and {he} was {feeling}.",
		"{He} walked {way} until {he} heard {heard}.",
		"There was {trouble}, and {hero} had to hide under {a tree}.",
		"For three days {he} ate nothing, and {time} {he} saw {saw}.",
		"{Time} {he} saw {saw}, but {he} was too {feeling} to stop.",
	},
	"meeting": {
		"There {he} met {a friend}. \"Where are you going?\" {said friend} {friend}. \"To the {far},\" said {hero}.",
		"{A friend} sat by the road and was {feeling}. \"Give me {food},\" said {friend}, \"and I will show you the way.\"",
		"Then {he} heard {heard}. It was {a friend}, who {friend trouble}. {Hero} helped {friend him}.",
		"{A friend} came {way}. \"Take me with you,\" said {friend}. \"I know where the {thing} is.\"",
	},
	"said friend":    {"asked", "cried", "whispered"},
	"friend trouble": {"had lost the way", "was caught in a net", "could not cross the water", "had hurt a foot", "had not eaten for two days"},
	"quarrel": {
		"\"That is mine,\" said {hero}. \"No, it is mine,\" said {friend}, and they both were {feeling}.",
		"\"Go away,\" said {friend}. But {hero} stayed, and {time} {friend he} opened the door.",
		"They talked until the morning, and neither of them was {feeling} any more.",
	},
	"deed": {
		"Together they went {way}, and behind {a hill} they found the {thing}.",
		"{Friend} knew an old song, and when {friend he} sang it the gate opened. There lay the {thing}.",
		"{Hero} waited until it was dark. Then {he} climbed into the tower and took the {thing}.",
		"{Hero} gave {friend} {food}, and {friend} gave {him} the {thing}.",
		"They dug under {a tree} the whole night, and {time} they found the {thing}.",
		"\"Close your eyes,\" said {friend}. When {hero} opened them again, the {thing} was in {his} hand.",
	},
	"return": {
		"{Time} {he} came home {way}, and everybody was {feeling}.",
		"{He} went home and put the {thing} on the table.",
		"{Hero} and {friend} went home together, and they had {food} and warm milk.",
		"When {he} came home, {trouble} was over, and the windows were full of light.",
		"{He} carried the {thing} {way}, and {he} was not {feeling} any more.",
	},
	"moral": {
		"From that day on {hero} and {friend} were friends.",
		"And if {trouble} has not come again, they live there still.",
		"Who gives away {food} never walks alone.",
		"Since then {he} has never wished for anything else.",
		"A friend on the road is worth more than a {thing}.",
		"And that is why you can hear {heard} {when}.",
	},
	"when": {"when it is dark", "in the winter", "when the moon is full", "before the rain comes", "on quiet days"},
}
