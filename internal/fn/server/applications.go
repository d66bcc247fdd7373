package server

import (
	"context"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
)

// applications are the functions that list what a cPanel or WHM page shows to
// click on; Hostkeep has no such pages.
func applications() []*api.Function {
	return []*api.Function{
		api.Define(api.Decl{
			Name: "get_available_applications", Summary: "What cPanel's pages offer to click on: there are no such pages here.", Since: "76",
			Opens: []hostkeep.Privilege{"basic-whm-functions"}, Touches: api.NoCredentials,
		}, available),
		api.Define(api.Decl{
			Name: "get_appconfig_application_list", Summary: "The applications that plugins have registered: none.", Since: "11.38.1",
			Opens: []hostkeep.Privilege{hostkeep.All}, Touches: api.NoCredentials,
		}, none[registeredOut]),
	}
}

type availableIn struct {
	Applications string `whm:"applications_list" doc:"changes nothing"`
	File         string `whm:"file,default=dynamicui.conf,max=128" doc:"changes nothing"`
}

type availableOut struct {
	Groups []group `whm:"groups"`
	Raw    []raw   `whm:"raw"`
}

func available(context.Context, api.Call, availableIn) (availableOut, error) {
	return availableOut{}, nil
}

type group struct {
	Name        string `whm:"group"`
	Description string `whm:"groupdesc"`
	Order       int64  `whm:"grouporder"`
	ACL         string `whm:"acl"`
	DNSOnly     string `whm:"dnsonly_ok"`
	File        string `whm:"file"`
	ImageType   string `whm:"imgtype"`
	Key         string `whm:"key"`
	Search      string `whm:"searchtext"`
	Subtype     string `whm:"subtype"`
	Target      string `whm:"target"`
	Type        string `whm:"type"`
	Items       []item `whm:"items"`
}

type item struct {
	ACL         string     `whm:"acl"`
	Description string     `whm:"description"`
	Short       string     `whm:"itemdesc"`
	Order       int64      `whm:"itemorder"`
	DNSOnly     string     `whm:"dnsonly_ok"`
	File        string     `whm:"file"`
	Group       string     `whm:"group"`
	ImageType   string     `whm:"imgtype"`
	Key         string     `whm:"key"`
	Accounts    int64      `whm:"minimum_accounts_needed"`
	MultiUser   bool       `whm:"multiuser_required"`
	Role        *string    `whm:"role"`
	Search      string     `whm:"searchtext"`
	Service     *string    `whm:"service"`
	SubItems    []struct{} `whm:"subitems"`
	Subtype     string     `whm:"subtype"`
	Target      string     `whm:"target"`
	Type        string     `whm:"type"`
	URL         string     `whm:"url"`
}

type raw struct {
	Short string `whm:"itemdesc"`
	Type  string `whm:"type"`
}

type registeredOut struct {
	CPanel  []registered `whm:"cpanel"`
	Webmail []registered `whm:"webmail"`
	WHM     []registered `whm:"whostmgr"`
}

type registered struct {
	Name     string   `whm:"name"`
	Display  string   `whm:"displayname"`
	ACLs     []string `whm:"acls"`
	Entry    string   `whm:"entryurl"`
	Features []string `whm:"features"`
	Group    string   `whm:"group"`
	Icon     string   `whm:"icon"`
	Origin   string   `whm:"origin"`
	PHP      string   `whm:"phpConfig"`
	Target   string   `whm:"target"`
	Upgrade  string   `whm:"upgradecall"`
	URL      string   `whm:"url"`
	User     string   `whm:"user"`
}
