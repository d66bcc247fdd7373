package zones

import (
	"context"

	"golang.org/x/sync/semaphore"

	"github.com/hostkeep/hostkeep"
)

// How many bytes of zones' text are worked on at once, and how many need no turn. A
// parsed zone takes twenty times its text and more; as many as clients like to ask
// for at once would take all memory there is. One zone of the longest text fits in,
// and more at once would only wait for each other's processor.
const (
	roomForText = hostkeep.MaxZoneText
	smallText   = 64 << 10
)

// Turns has those who work on large zones take turns, in the order in which they came.
// Whoever works within a change must not wait for one: others wait for the change.
type Turns struct{ room *semaphore.Weighted }

// NewTurns makes the turns of a server.
func NewTurns() *Turns { return &Turns{semaphore.NewWeighted(roomForText)} }

// Open reads a zone by get, and has do work on it and on so many bytes of text that
// the caller brings along. After waiting get is asked again, because who waits keeps
// no text. Its errors and do's are the caller's own; where ctx ends first, it is of
// the kind Unavailable.
func (t *Turns) Open(ctx context.Context, brought int, get func() (hostkeep.Zone, error), do func(hostkeep.Zone) error) error {
	z, err := get()
	if err != nil {
		return err
	}
	if text := len(z.Text) + brought; text > smallText {
		n := int64(min(text, roomForText))
		if !t.room.TryAcquire(n) {
			z.Text = ""
			if t.room.Acquire(ctx, n) != nil {
				return hostkeep.Errorf(hostkeep.Unavailable, "Others work on large zones, and the call ended before its turn came; nothing was changed.")
			}
			z, err = get()
		}
		defer t.room.Release(n)
	}
	if err != nil {
		return err
	}
	return do(z)
}
