package server

import (
	"context"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// Disk is a mounted file system. Sizes are in KB.
type Disk struct {
	Device, Mount           string
	Total, Used, Available  int64
	Inodes, InodesUsed      int64
	InodesAvailable         int64
	Percentage, IPercentage int64 // of what may be used, rounded up
}

// Service is a part of this program that listens or keeps something.
type Service struct {
	Name, Title      string
	Enabled, Running bool
}

// System names what this program runs on; "" for what is not known.
type System struct{ Kernel, OS, Version string }

func (f family) ofMachine() []*api.Function {
	return []*api.Function{
		api.Define(api.Decl{
			Name: "getdiskusage", Summary: "The file systems of the root folder and of the state, in KB.", Since: "11.32",
			Opens: []hostkeep.Privilege{hostkeep.All}, Touches: api.NoCredentials,
		}, f.disks),
		api.Define(api.Decl{
			Name: "servicestatus", Summary: "The parts of Hostkeep that listen or keep something: whm, cpanel, https, admin, store.", Since: "11.38",
			Opens: []hostkeep.Privilege{"status", "clustering"}, Touches: api.NoCredentials,
		}, f.status),
		api.Define(api.Decl{
			Name: "installed_versions", Summary: "The versions of the API, the kernel and the operating system.", Since: "64",
			Opens: []hostkeep.Privilege{"stats", "clustering"}, Touches: api.NoCredentials,
		}, f.versions),
		api.Define(api.Decl{
			Name: "get_homedir_roots", Summary: "The folders that home folders are in.", Since: "88",
			Opens: []hostkeep.Privilege{hostkeep.All}, Touches: api.NoCredentials,
		}, f.homes),
		api.Define(api.Decl{
			Name: "wp_dashboard_get_hostname", Summary: "The server's qualified host name.", Since: "11",
			Opens: []hostkeep.Privilege{hostkeep.All}, Touches: api.NoCredentials,
		}, f.gethostname),
		f.certificates(),
	}
}

type partition struct {
	Device          string `whm:"device"`
	Disk            string `whm:"disk"`
	Filesystem      string `whm:"filesystem"`
	Mount           string `whm:"mount"`
	Total           int64  `whm:"total" doc:"KB"`
	Used            int64  `whm:"used" doc:"KB"`
	Available       int64  `whm:"available" doc:"KB"`
	Percentage      int64  `whm:"percentage"`
	Inodes          int64  `whm:"inodes_total"`
	InodesUsed      int64  `whm:"inodes_used"`
	InodesAvailable int64  `whm:"inodes_available"`
	IPercentage     int64  `whm:"inodes_ipercentage"`
}

type disksOut struct {
	wire.Note
	Partitions []partition `whm:"partition,list"`
}

func (f family) disks(context.Context, api.Call, struct{}) (out disksOut, err error) {
	disks, err := f.Disks()
	for _, d := range disks {
		out.Partitions = append(out.Partitions, partition{
			Device: d.Device, Disk: short(d.Device), Filesystem: d.Device, Mount: d.Mount,
			Total: d.Total, Used: d.Used, Available: d.Available, Percentage: d.Percentage,
			Inodes: d.Inodes, InodesUsed: d.InodesUsed, InodesAvailable: d.InodesAvailable, IPercentage: d.IPercentage,
		})
	}
	out.Reason = "Successfully retrieved disk usage" // as recorded
	return out, err
}

// short is a device without its folder, as WHM shows a disk.
func short(device string) string {
	const folder = "/dev/"
	if len(device) > len(folder) && device[:len(folder)] == folder {
		return device[len(folder):]
	}
	return device
}

type statusIn struct {
	Service string `whm:"service,max=60" doc:"without it, all"`
}

type service struct {
	Name      string `whm:"name"`
	Title     string `whm:"display_name"`
	Enabled   bool   `whm:"enabled"`
	Installed bool   `whm:"installed"`
	Monitored bool   `whm:"monitored" doc:"always 0: what supervises this program is not ours"`
	Running   bool   `whm:"running"`
}

type statusOut struct {
	Services []service `whm:"service,list"`
}

func (f family) status(_ context.Context, _ api.Call, in statusIn) (out statusOut, err error) {
	for _, s := range f.Services() {
		if in.Service == "" || in.Service == s.Name {
			out.Services = append(out.Services, service{Name: s.Name, Title: s.Title, Enabled: s.Enabled, Installed: true, Running: s.Running})
		}
	}
	if in.Service != "" && out.Services == nil {
		err = hostkeep.Errorf(hostkeep.NotFound, "Hostkeep runs no service %q.", hostkeep.Clip(in.Service, 60))
	}
	return out, err
}

type home struct {
	Path string `whm:"path"`
}

type homesOut struct {
	Payload []home `whm:"payload,list"`
}

// homes answers where createacct puts the home folder of an account that names none.
func (f family) homes(context.Context, api.Call, struct{}) (homesOut, error) {
	return homesOut{[]home{{"/home"}}}, nil
}
