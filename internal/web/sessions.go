package web

import "time"

// openSession is a row of hostkeep_session_list.
type openSession struct {
	ID       int64  `json:"id"`
	Created  unix   `json:"create_time"`
	LastUsed unix   `json:"last_used"`
	Address  string `json:"address"`
	Agent    string `json:"user_agent"`
	Current  int    `json:"current"`
}

// Browser is the user agent in few words, as far as it can be told.
func (s openSession) Browser() string { return browserOf(s.Agent) }

type sessionsData struct {
	Sessions []openSession
	Others   bool
	Note     string // key
}

func sessions(q *request) (answer, error) {
	var d sessionsData
	if err := q.call("hostkeep_session_list", &d); err != nil {
		return answer{}, err
	}
	d.Others = len(d.Sessions) > 1
	d.Note = map[string]string{"one": "sessions.done.one", "others": "sessions.done.others"}[q.told()]
	return show("sessions", d)
}

// endSessions signs out of what the button says. Who has no session any more goes
// on to sign in.
func endSessions(q *request) (answer, error) {
	which, params := q.form("which"), []any{"which", q.form("which")}
	if which == "one" {
		params = append(params, "id", q.form("id"))
	}
	if err := q.call("hostkeep_session_end", nil, params...); err != nil {
		return answer{}, err
	}
	if which == "all" || which == "one" && q.form("current") != "" {
		return answer{redirect: "/login/"}, nil
	}
	return q.tell("/sessions", "done", which)
}

// unix is a time as the API writes it: seconds, 0 for none.
type unix int64

// Time is the time.
func (u unix) Time() time.Time { return time.Unix(int64(u), 0).UTC() }
