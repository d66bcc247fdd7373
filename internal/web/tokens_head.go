package web

import "strconv"

// tokenCard is a link that filters, with the number of tokens behind it.
type tokenCard struct {
	Show  string // the API's word; "" is all
	Title string // key
	Icon  string // state, for those that want to be looked at
	Count int
	Link  string
	Here  bool
}

func tokenCards() []tokenCard {
	return []tokenCard{
		{Title: "tokens.card.all"},
		{Show: "expiring", Title: "tokens.card.expiring", Icon: "warn"},
		{Show: "expired", Title: "tokens.card.expired", Icon: "bad"},
		{Show: "never_expires", Title: "tokens.card.never_expires"},
		{Show: "unused_90_days", Title: "tokens.card.unused"},
		{Show: "no_address_limit", Title: "tokens.card.no_address_limit"},
		{Show: "everything_allowed", Title: "tokens.card.everything"},
	}
}

func cardsOf(q *request, v tokenView, a tokenAnswer) []tokenCard {
	list, now := tokenCards(), v.Show
	for i := range list {
		c := &list[i]
		c.Count, c.Here = a.Cards[c.Show], c.Show == now
		if c.Show == "" {
			c.Count = a.Total
		}
		if c.Count == 0 {
			c.Icon = ""
		}
		v.Show, v.Page = c.Show, 1
		c.Link = v.link(q, "/tokens")
	}
	return list
}

// tokenColumn is a column that sorts.
type tokenColumn struct {
	Sort   string // the API's word; "" is by name, as unasked
	Title  string // key
	Newest bool   // the first click shows the newest first
	Link   string
	Aria   string // the value of aria-sort; "" when the table is not sorted by it
}

func tokenColumns() []tokenColumn {
	return []tokenColumn{
		{Title: "tokens.name"},
		{Sort: "created", Title: "tokens.created", Newest: true},
		{Sort: "expires", Title: "tokens.expires"},
		{Sort: "last_used", Title: "tokens.used", Newest: true},
	}
}

func columnsOf(q *request, v tokenView) []tokenColumn {
	list, now := tokenColumns(), v
	for i := range list {
		c := &list[i]
		v.Sort, v.Reverse, v.Page = c.Sort, c.Newest, 1
		if c.Sort == now.Sort {
			v.Reverse = !now.Reverse
			c.Aria = map[bool]string{false: "ascending", true: "descending"}[now.Reverse]
		}
		c.Link = v.link(q, "/tokens")
	}
	return list
}

type tokenLink struct {
	Text, Link string
	Here       bool
}

func sizesOf(q *request, v tokenView) (list []tokenLink) {
	now := v.Size
	for _, n := range pageSizes() {
		v.Size, v.Page = n, 1
		list = append(list, tokenLink{strconv.Itoa(n), v.link(q, "/tokens"), n == now})
	}
	return list
}
