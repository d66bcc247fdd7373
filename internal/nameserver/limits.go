package nameserver

import "time"

// Limits bound what strangers can make the server do. A zero is the default.
type Limits struct {
	Rate          int           // like answers over UDP that one network gets in a second; default 100, negative: no bound
	Connections   int           // over TCP at the same time; default 512
	PerClient     int           // of those from one address, or one IPv6 network of 64 bits; default 32
	Idle          time.Duration // how long a connection may be without a whole question; default 10s
	Notifications int           // that wait for one secondary; default 100,000
	NotifyDelay   time.Duration // from a change until secondaries are told, so that several are one; default 200ms
	NotifyRetry   time.Duration // until one that was not acknowledged is sent again, twice as long each time; default 3s
}

func (l *Limits) fill() {
	number := func(field *int, value int) {
		if *field == 0 {
			*field = value
		}
	}
	span := func(field *time.Duration, value time.Duration) {
		if *field == 0 {
			*field = value
		}
	}
	number(&l.Rate, 100)
	number(&l.Connections, 512)
	number(&l.PerClient, 32)
	number(&l.Notifications, 100_000)
	span(&l.Idle, 10*time.Second)
	span(&l.NotifyDelay, 200*time.Millisecond)
	span(&l.NotifyRetry, 3*time.Second)
}
