package token

import "container/heap"

func (t *Tokenizer) prepareBytes() error {
	if t.Clean || t.Chinese || t.Lower || t.Strip || t.Unknown != 0 || t.Prefix != "" || t.MaxWord != 0 {
		return refusef("fields of WordPiece in a byte-level tokenizer")
	}
	for i, id := range t.bytes {
		if id == noToken {
			return refusef("byte 0x%02x has no token", i)
		}
	}
	if len(t.Merges) > MaxMerges {
		return refusef("%d merges, allowed are %d", len(t.Merges), MaxMerges)
	}
	t.merges = make(map[Merge]merged, len(t.Merges))
	for i, m := range t.Merges {
		if !t.has(m.Left) || !t.has(m.Right) || t.special[m.Left] || t.special[m.Right] {
			return refusef("merge %d joins tokens %d and %d, which text cannot hold", i, m.Left, m.Right)
		}
		id, ok := t.ids[t.Tokens[m.Left]+t.Tokens[m.Right]]
		if !ok {
			return refusef("merge %d makes %q, which is no token", i, t.Tokens[m.Left]+t.Tokens[m.Right])
		}
		if _, twice := t.merges[m]; twice {
			return refusef("merge %d stands twice", i)
		}
		t.merges[m] = merged{uint32(i), id}
	}
	return nil
}

func (t *Tokenizer) appendBytes(ids []uint32, text string) []uint32 {
	if t.AddSpace && text != "" && text[0] != ' ' {
		text = " " + text
	}
	for text != "" {
		n := nextWord(text)
		ids = t.appendWord(ids, text[:n])
		text = text[n:]
	}
	return ids
}

// piece is a token of a word that is being merged, in a list of what is left.
type piece struct {
	id         uint32
	prev, next int
}

// pair is a candidate: the piece at and its neighbour, when they were left and right.
type pair struct {
	merged
	at          int
	left, right uint32
}

// queue holds candidates, those of the lowest rank first, of one rank the leftmost.
type queue []pair

func (q queue) Len() int { return len(q) }
func (q queue) Less(i, j int) bool {
	return q[i].rank < q[j].rank || q[i].rank == q[j].rank && q[i].at < q[j].at
}
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)   { *q = append(*q, x.(pair)) } //nolint:forcetypeassert // of heap only
func (q *queue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}

// appendWord merges the bytes of a word, the pair of the lowest rank first. Its cost
// is n log n in the bytes.
func (t *Tokenizer) appendWord(ids []uint32, word string) []uint32 {
	pieces := make([]piece, len(word))
	for i := range pieces {
		pieces[i] = piece{t.bytes[word[i]], i - 1, i + 1}
	}
	var q queue
	add := func(at int) {
		if at < 0 || pieces[at].next >= len(pieces) {
			return
		}
		left, right := pieces[at].id, pieces[pieces[at].next].id
		if m, ok := t.merges[Merge{left, right}]; ok {
			heap.Push(&q, pair{m, at, left, right})
		}
	}
	for i := range pieces {
		add(i)
	}
	gone := make([]bool, len(pieces))
	for q.Len() > 0 {
		p, _ := heap.Pop(&q).(pair)
		next := pieces[p.at].next
		if gone[p.at] || pieces[p.at].id != p.left || next >= len(pieces) || pieces[next].id != p.right {
			continue // merged away meanwhile
		}
		pieces[p.at].id, pieces[p.at].next = p.id, pieces[next].next
		gone[next] = true
		if after := pieces[next].next; after < len(pieces) {
			pieces[after].prev = p.at
		}
		add(pieces[p.at].prev)
		add(p.at)
	}
	for i := 0; i < len(pieces); i = pieces[i].next {
		ids = append(ids, pieces[i].id)
	}
	return ids
}
