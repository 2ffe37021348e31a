// Package tale makes up short tales from a grammar: who, where, what was wished for,
// what stood in the way, who helped, how it ended. Models/prose learns to write from
// them. A tale is a pure function of a counted generator.
package tale
