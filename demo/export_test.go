package demo

// For tests of the parts that need no network.
var (
	IMO      = imo
	Pick     = pick
	Story    = story
	Steps    = steps
	ShownArg = shownArg
)

// Key, Title and Text are those of a panel.
func (p panel) Key() string   { return p.key }
func (p panel) Title() string { return p.title }
func (p panel) Text() string  { return p.text }
