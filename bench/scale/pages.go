package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/sqlstore"
)

// use writes for each token that it was called on each of the last 30 days, so
// that the table has whole charts.
func use(store *sqlstore.Store, ids []int64) error {
	today, batch := hostkeep.UseDay(time.Now()), hostkeep.UseBatch{Node: "scale"}
	for chunk := range slices.Chunk(ids, 500) {
		batch.Number++
		batch.Uses, batch.Days = nil, nil
		for _, id := range chunk {
			batch.Uses = append(batch.Uses, hostkeep.TokenUse{TokenID: id, First: time.Now(), Last: time.Now(), Addr: "192.0.2.1", Function: "listaccts", Agent: "scale"})
			for day := range int64(30) {
				batch.Days = append(batch.Days, hostkeep.TokenDay{TokenID: id, Day: today - day, Calls: 1 + (id+7*day)%997})
			}
		}
		if err := store.AddUses(context.Background(), batch); err != nil {
			return err
		}
	}
	return nil
}

// pageLimit is what the first page of the token table may have, in bytes.
const pageLimit = 200_000

// pages asks for the token table as a browser does, and prints what the median of
// some answers took, beside api_token_list: what a page needs at least that is
// given all tokens and filters them itself, as WHM's does.
func pages(addr, data string, c *http.Client, secret hostkeep.Secret) error {
	in, err := signIn(addr, data, c)
	if err != nil {
		return err
	}
	fmt.Printf("\n| page | median | bytes | of the time of api_token_list |\n|---|---|---|---|\n")
	var peer time.Duration
	for _, p := range []struct{ name, query string }{
		{"`api_token_list`, all tokens", ""},
		{"the first page", "?"},
		{"the search for a name", "?q=token77"},
		{"the search for what all have", "?q=list-accts"},
		{"by last use, the newest first", "?sort=last_used&reverse=1"},
		{"500 rows", "?size=500"},
	} {
		a, err := median(func() (asked, error) {
			if p.query == "" {
				return ask(c, addr, "api_token_list", secret)
			}
			return get(in, p.query)
		})
		if err != nil {
			return err
		}
		if peer == 0 {
			peer = a.took
		}
		fmt.Printf("| %s | %v | %d | %.2f |\n", p.name, a.took.Round(100*time.Microsecond), a.size, float64(a.took)/float64(peer))
		if p.query == "?" && a.size >= pageLimit {
			return fmt.Errorf("the first page of the token table has %d bytes", a.size)
		}
	}
	return nil
}

// median is the middle of nine answers by the time that they took, after one that
// does not count.
func median(do func() (asked, error)) (asked, error) {
	var list []asked
	for range 10 {
		a, err := do()
		if err != nil {
			return a, err
		}
		list = append(list, a)
	}
	list = list[1:]
	slices.SortFunc(list, func(a, b asked) int { return int(a.took - b.took) })
	return list[len(list)/2], nil
}

// session is a signed-in browser at the token table.
type session struct {
	client *http.Client
	table  string
}

func signIn(addr, data string, c *http.Client) (s session, err error) {
	password, err := os.ReadFile(filepath.Join(data, "root-password"))
	if err != nil {
		return s, err
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return s, err
	}
	s.client = &http.Client{Transport: c.Transport, Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	form := url.Values{"user": {hostkeep.RootName}, "pass": {strings.TrimSpace(string(password))}, "hostkeep_page": {"1"}, "goto_uri": {"/tokens"}}
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, "https://"+addr+"/login/", strings.NewReader(form.Encode()))
	if err != nil {
		return s, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := s.client.Do(r)
	if err != nil {
		return s, err
	}
	defer func() { _ = res.Body.Close() }()
	if s.table = "https://" + addr + res.Header.Get("Location"); res.StatusCode != http.StatusSeeOther {
		err = errors.New("signing in: " + res.Status)
	}
	return s, err
}

// get asks for the table, whole.
func get(s session, query string) (a asked, err error) {
	r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, s.table+query, http.NoBody)
	if err != nil {
		return a, err
	}
	start := time.Now()
	res, err := s.client.Do(r)
	if err != nil {
		return a, err
	}
	defer func() { _ = res.Body.Close() }()
	a.size, err = io.Copy(io.Discard, res.Body)
	a.took = time.Since(start)
	if res.StatusCode != http.StatusOK {
		err = errors.Join(err, fmt.Errorf("%s: %s", query, res.Status))
	}
	return a, err
}
