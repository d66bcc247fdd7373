package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/miekg/dns"
)

const hosts = 1000

// zoneText is the zone of both.
func zoneText() string {
	var b strings.Builder
	b.WriteString("$ORIGIN " + zoneName + ".\n$TTL 3600\n@ IN SOA ns1 hostmaster 1 3600 600 86400 300\n@ IN NS ns1\n@ IN NS ns2\n@ IN MX 10 mail\n")
	b.WriteString("ns1 IN A 192.0.2.1\nns2 IN A 192.0.2.2\nmail IN A 192.0.2.3\n*.wild IN A 192.0.2.4\nsub IN NS ns.sub\nns.sub IN A 192.0.2.5\n")
	for i := range hosts {
		fmt.Fprintf(&b, "host%d IN A 198.51.100.%d\nalias%d IN CNAME host%d\n", i, i%256, i, i)
	}
	return b.String()
}

// questions are what resolvers ask: mostly names that are there, some that are
// not, some through an alias, a wildcard or a delegation, with EDNS.
func questions() (list [][]byte, err error) {
	random := rand.New(rand.NewPCG(1, 2))
	for len(list) < 4096 {
		n, name, qtype := random.IntN(hosts), "", dns.TypeA
		switch k := random.IntN(100); {
		case k < 60:
			name = fmt.Sprintf("host%d.", n)
		case k < 70:
			name = fmt.Sprintf("host%d.", n)
			qtype = dns.TypeAAAA
		case k < 80:
			name = fmt.Sprintf("nothing%d.", n)
		case k < 88:
			name = fmt.Sprintf("alias%d.", n)
		case k < 94:
			qtype = dns.TypeMX
		case k < 97:
			name = fmt.Sprintf("x%d.wild.", n)
		default:
			name = fmt.Sprintf("x%d.sub.", n)
		}
		m := new(dns.Msg).SetQuestion(name+dns.Fqdn(zoneName), qtype)
		m.RecursionDesired = false
		m.SetEdns0(1232, false)
		packed, err := m.Pack()
		if err != nil {
			return nil, err
		}
		list = append(list, packed)
	}
	return list, nil
}

// load is what the clients do.
type load struct{ queries, flight, clients int }

func (l load) warm() load { l.queries /= 4; return l }

// measure lets the clients ask, and adds what it took to the server's account.
func (l load) measure(s *server) error {
	before, err := processTime(s.pid)
	if err != nil {
		return err
	}
	var wg sync.WaitGroup
	errs := make([]error, l.clients)
	for i := range l.clients {
		wg.Go(func() { errs[i] = l.client(s.addr, l.queries/l.clients) })
	}
	wg.Wait()
	after, err := processTime(s.pid)
	s.answers += l.queries / l.clients * l.clients
	s.cpu += after - before
	return errors.Join(append(errs, err)...)
}

// client keeps some questions under way until it has its answers. One that is lost
// ends the run: on loopback, with so few, none is.
func (l load) client(addr string, count int) error {
	list, err := questions()
	if err != nil {
		return err
	}
	var d net.Dialer
	conn, err := d.DialContext(context.Background(), "udp", addr)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	sent := 0
	ask := func() error {
		q := list[sent%len(list)]
		binary.BigEndian.PutUint16(q, uint16(sent))
		sent++
		_, err := conn.Write(q)
		return err
	}
	buf := make([]byte, 4096)
	for got := 0; got < count; got++ {
		for sent < count && sent-got < l.flight {
			if err := ask(); err != nil {
				return err
			}
		}
		_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
		n, err := conn.Read(buf)
		if err != nil {
			return err
		}
		if n < 12 || buf[2]&0x80 == 0 || buf[3]&15 != 0 && buf[3]&15 != dns.RcodeNameError {
			return fmt.Errorf("answer %d is % x", got, buf[:min(n, 12)])
		}
	}
	return nil
}

// tick is the unit of times in /proc (USER_HZ).
const tick = time.Second / 100

// processTime is the CPU time of a process and its descendants.
func processTime(pid int) (sum time.Duration, err error) {
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return 0, err
	}
	parents, times := map[int]int{}, map[int]time.Duration{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended
		}
		id, err := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		if err != nil {
			return 0, err
		}
		fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:])) // from the state on
		parent, err0 := strconv.Atoi(fields[1])
		user, err1 := strconv.Atoi(fields[11])
		system, err2 := strconv.Atoi(fields[12])
		if err := errors.Join(err0, err1, err2); err != nil {
			return 0, err
		}
		parents[id], times[id] = parent, time.Duration(user+system)*tick
	}
	for id := range times {
		for up := id; up > 1; up = parents[up] {
			if up == pid {
				sum += times[id]
				break
			}
		}
	}
	return sum, nil
}
