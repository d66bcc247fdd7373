package settings

import (
	"context"
	"net/url"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
)

type contactOut struct {
	Name string `whm:"name"`
	URL  string `whm:"url"`
}

func (f family) getContact(ctx context.Context, c api.Call, _ struct{}) (out contactOut, err error) {
	err = f.Read(ctx, func(r Reader) error {
		list, err := r.Settings(c.User.ID, kindContact)
		for _, s := range list {
			switch s.Name {
			case "name":
				out.Name = s.Value
			case "url":
				out.URL = s.Value
			}
		}
		return err
	})
	return out, err
}

type setContactIn struct {
	Name *string `whm:"name,max=255"`
	URL  *string `whm:"url,max=1024" doc:"of http or https"`
}

func (f family) setContact(ctx context.Context, c api.Call, in setContactIn) (out api.Done, err error) {
	if in.URL != nil && *in.URL != "" {
		u, err := url.Parse(*in.URL)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
			return out, hostkeep.Errorf(hostkeep.Invalid, "The parameter \"url\" is not the address of a page: it begins with http:// or https:// and a host, and has no password in it.")
		}
	}
	return out, f.Change(ctx, c.Change(), func(tx Tx) error {
		if err := edit(tx, c.User.ID, kindContact, "name", in.Name); err != nil {
			return err
		}
		return edit(tx, c.User.ID, kindContact, "url", in.URL)
	})
}
