package fetch

import (
	"net/url"
	"sync"
	"time"
)

const (
	firstRest = time.Second
	lastRest  = 5 * time.Minute
	// maxResting bounds the hosts that are remembered.
	maxResting = 1024
)

// sources remembers which hosts failed, so that a dead one costs time once in a while and not for every
// file.
type sources struct {
	mu      sync.Mutex
	resting map[string]rest // by scheme and host
}

type rest struct {
	length time.Duration
	until  time.Time
}

// order returns the bases in their order, those that rest behind the others.
func (s *sources) order(bases []string, now time.Time) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	ready, late := make([]string, 0, len(bases)), []string(nil)
	for _, base := range bases {
		if now.Before(s.resting[host(base)].until) {
			late = append(late, base)
		} else {
			ready = append(ready, base)
		}
	}
	return append(ready, late...)
}

// failed lets a host rest for longer each time.
func (s *sources) failed(base string, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.resting) >= maxResting {
		clear(s.resting)
	}
	length := min(max(2*s.resting[host(base)].length, firstRest), lastRest)
	s.resting[host(base)] = rest{length, now.Add(length)}
}

// worked ends a host's rest.
func (s *sources) worked(base string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.resting, host(base))
}

func host(base string) string {
	u, err := url.Parse(base)
	if err != nil {
		return base
	}
	return u.Scheme + "://" + u.Host
}
