package zones_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/zones"
)

// asked is a context that says when somebody begins to wait for it.
type asked struct {
	context.Context
	waits func()
}

func (a asked) Done() <-chan struct{} {
	a.waits()
	return a.Context.Done()
}

// TestTurns: beside a zone of the longest text no other large one is worked on; small
// ones are, whose end comes first leaves, and who waited has the zone as it is then.
func TestTurns(t *testing.T) {
	t.Parallel()
	turns := zones.NewTurns()
	get := func(text string) func() (hostkeep.Zone, error) {
		return func() (hostkeep.Zone, error) { return hostkeep.Zone{Text: text}, nil }
	}
	nothing := func(hostkeep.Zone) error { return nil }
	ended, end := context.WithCancel(t.Context())
	end()
	longest := strings.Repeat(";", hostkeep.MaxZoneText)
	release := make(chan struct{})
	var once sync.Once
	var later sync.WaitGroup
	err := turns.Open(t.Context(), 0, get(longest), func(hostkeep.Zone) error {
		if err := turns.Open(ended, 0, get("; small"), nothing); err != nil {
			t.Errorf("a small zone has to wait: %v", err)
		}
		for about, brought := range map[string]int{"a large zone": 0, "a small one with much that is brought along": hostkeep.MaxZoneText} {
			text := "; small"
			if brought == 0 {
				text = longest[:1<<20]
			}
			err := turns.Open(ended, brought, get(text), func(hostkeep.Zone) error {
				t.Errorf("%s is worked on beside the longest", about)
				return nil
			})
			if hostkeep.KindOf(err) != hostkeep.Unavailable {
				t.Errorf("%s, of which the call has ended: %v", about, err)
			}
		}
		later.Go(func() {
			times := 0
			goOn := func() { once.Do(func() { close(release) }) }
			defer goOn() // also where nobody waits, which is wrong
			ctx := asked{t.Context(), goOn}
			err := turns.Open(ctx, 0, func() (hostkeep.Zone, error) {
				times++
				return hostkeep.Zone{Text: longest[:1<<20], Serial: uint32(times)}, nil //nolint:gosec // 1 or 2
			}, func(z hostkeep.Zone) error {
				if z.Serial != 2 || len(z.Text) != 1<<20 {
					t.Errorf("who waited works on what was read the time %d", z.Serial)
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
		<-release
		return nil
	})
	later.Wait()
	if err != nil {
		t.Error(err)
	}
	mine := errors.New("mine")
	for range 2 { // a turn is over, whatever came of it
		if err := turns.Open(ended, 0, get(longest), func(hostkeep.Zone) error { return mine }); !errors.Is(err, mine) {
			t.Errorf("the error is %v", err)
		}
	}
}
