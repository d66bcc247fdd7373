package cphulk

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
)

// Settings that are kept and shown, and have nothing behind them here.
const (
	firewall          = "block_brute_force_with_firewall"
	firewallExcessive = "block_excessive_brute_force_with_firewall"
	notifyBrute       = "notify_on_brute"
	notifyRoot        = "notify_on_root_login"
	notifyRootKnown   = "notify_on_root_login_for_known_netblock"
)

func idle() []string {
	return []string{firewall, firewallExcessive, notifyBrute, notifyRoot, notifyRootKnown}
}

// The bounds of what is no switch.
const (
	maxPeriod = 30 * 24 * 3600 // seconds
	maxCount  = 1_000_000
)

// kinds says what a setting is.
func period(name string) bool {
	return slices.Contains([]string{hostkeep.GuardUserPeriod, hostkeep.GuardAddressPeriod, hostkeep.GuardLookback}, name)
}

func count(name string) bool {
	return slices.Contains([]string{hostkeep.GuardUserFailures, hostkeep.GuardAddressFailures, hostkeep.GuardExcessive}, name)
}

func toggle(name string) bool {
	return slices.Contains(append(idle(), hostkeep.GuardEnabled, hostkeep.GuardByAddress, hostkeep.GuardByUser, hostkeep.GuardByUserRoot, hostkeep.GuardByUserLocal), name)
}

// check holds a value to what its setting can be; the periods of callers are in
// minutes, and shown so.
func check(name string, value int64) error {
	low, high, unit := int64(0), int64(1), ""
	switch {
	case period(name):
		low, high, unit = 60, maxPeriod, " seconds"
	case count(name):
		low, high = 1, maxCount
	case !toggle(name):
		return hostkeep.Errorf(hostkeep.Invalid, "%q is no setting of the guard.", hostkeep.Clip(name, 60))
	}
	if value < low || value > high {
		return hostkeep.Errorf(hostkeep.Invalid, "%q must be from %d to %d%s.", name, low, high, unit)
	}
	return nil
}

// settings are shown as WHM names them.
type settings struct {
	Firewall          bool   `whm:"block_brute_force_with_firewall"`
	FirewallExcessive bool   `whm:"block_excessive_brute_force_with_firewall"`
	UserMinutes       int64  `whm:"brute_force_period_mins"`
	UserSeconds       int64  `whm:"brute_force_period_sec"`
	CanFirewall       bool   `whm:"can_temp_ban_firewall"`
	Command           string `whm:"command_to_run_on_brute_force"`
	CommandExcessive  string `whm:"command_to_run_on_excessive_brute_force"`
	ByAddress         bool   `whm:"ip_based_protection"`
	AddressMinutes    int64  `whm:"ip_brute_force_period_mins"`
	AddressSeconds    int64  `whm:"ip_brute_force_period_sec"`
	Enabled           bool   `whm:"is_enabled"`
	LookbackMinutes   int64  `whm:"lookback_period_min"`
	LookbackSeconds   int64  `whm:"lookback_time"`
	Excessive         int64  `whm:"mark_as_brute"`
	UserFailures      int64  `whm:"max_failures"`
	AddressFailures   int64  `whm:"max_failures_byip"`
	NotifyBrute       bool   `whm:"notify_on_brute"`
	NotifyRoot        bool   `whm:"notify_on_root_login"`
	NotifyRootKnown   bool   `whm:"notify_on_root_login_for_known_netblock"`
	ByUser            bool   `whm:"username_based_protection"`
	ByUserRoot        bool   `whm:"username_based_protection_for_root"`
	ByUserLocal       bool   `whm:"username_based_protection_local_origin"`
}

func (f family) shown() settings {
	s := f.Watch.Settings()
	return settings{
		Firewall: s[firewall] != 0, FirewallExcessive: s[firewallExcessive] != 0,
		UserMinutes: s[hostkeep.GuardUserPeriod] / 60, UserSeconds: s[hostkeep.GuardUserPeriod],
		ByAddress:      s[hostkeep.GuardByAddress] != 0,
		AddressMinutes: s[hostkeep.GuardAddressPeriod] / 60, AddressSeconds: s[hostkeep.GuardAddressPeriod],
		Enabled:         s[hostkeep.GuardEnabled] != 0,
		LookbackMinutes: s[hostkeep.GuardLookback] / 60, LookbackSeconds: s[hostkeep.GuardLookback],
		Excessive: s[hostkeep.GuardExcessive], UserFailures: s[hostkeep.GuardUserFailures], AddressFailures: s[hostkeep.GuardAddressFailures],
		NotifyBrute: s[notifyBrute] != 0, NotifyRoot: s[notifyRoot] != 0, NotifyRootKnown: s[notifyRootKnown] != 0,
		ByUser: s[hostkeep.GuardByUser] != 0, ByUserRoot: s[hostkeep.GuardByUserRoot] != 0, ByUserLocal: s[hostkeep.GuardByUserLocal] != 0,
	}
}

type loadOut struct {
	Config settings `whm:"cphulk_config"`
}

func (f family) load(context.Context, api.Call, noIn) (loadOut, error) {
	return loadOut{f.shown()}, nil
}

type saveIn struct {
	Firewall          *bool  `whm:"block_brute_force_with_firewall" doc:"kept and shown; no firewall is touched"`
	FirewallExcessive *bool  `whm:"block_excessive_brute_force_with_firewall" doc:"kept and shown; no firewall is touched"`
	UserMinutes       *int64 `whm:"brute_force_period_mins"`
	Command           string `whm:"command_to_run_on_brute_force" doc:"must be empty: programs are run by hooks"`
	CommandExcessive  string `whm:"command_to_run_on_excessive_brute_force" doc:"must be empty: programs are run by hooks"`
	ByAddress         *bool  `whm:"ip_based_protection"`
	AddressMinutes    *int64 `whm:"ip_brute_force_period_mins"`
	LookbackMinutes   *int64 `whm:"lookback_period_min"`
	Excessive         *int64 `whm:"mark_as_brute"`
	UserFailures      *int64 `whm:"max_failures"`
	AddressFailures   *int64 `whm:"max_failures_byip"`
	NotifyBrute       *bool  `whm:"notify_on_brute" doc:"kept and shown; no mail is sent"`
	NotifyRoot        *bool  `whm:"notify_on_root_login" doc:"kept and shown; no mail is sent"`
	NotifyRootKnown   *bool  `whm:"notify_on_root_login_for_known_netblock" doc:"kept and shown; no mail is sent"`
	Skip              bool   `whm:"skip_enabled_check,default=0" doc:"save also while the guard is off"`
	ByUser            *bool  `whm:"username_based_protection"`
	ByUserRoot        *bool  `whm:"username_based_protection_for_root"`
	ByUserLocal       *bool  `whm:"username_based_protection_local_origin" doc:"count a name's failures from this machine only"`
}

func (in saveIn) given() hostkeep.GuardSettings {
	s := hostkeep.GuardSettings{}
	for name, v := range map[string]*bool{
		firewall: in.Firewall, firewallExcessive: in.FirewallExcessive, notifyBrute: in.NotifyBrute, notifyRoot: in.NotifyRoot,
		notifyRootKnown: in.NotifyRootKnown, hostkeep.GuardByAddress: in.ByAddress, hostkeep.GuardByUser: in.ByUser,
		hostkeep.GuardByUserRoot: in.ByUserRoot, hostkeep.GuardByUserLocal: in.ByUserLocal,
	} {
		if v != nil {
			s[name] = map[bool]int64{true: 1}[*v]
		}
	}
	for name, v := range map[string]*int64{
		hostkeep.GuardExcessive: in.Excessive, hostkeep.GuardUserFailures: in.UserFailures, hostkeep.GuardAddressFailures: in.AddressFailures,
	} {
		if v != nil {
			s[name] = *v
		}
	}
	for name, v := range map[string]*int64{
		hostkeep.GuardUserPeriod: in.UserMinutes, hostkeep.GuardAddressPeriod: in.AddressMinutes, hostkeep.GuardLookback: in.LookbackMinutes,
	} {
		if v != nil {
			s[name] = min(max(*v, -1), maxPeriod) * 60 // what is out of bounds stays so
		}
	}
	return s
}

type saveOut struct {
	Config     settings `whm:"cphulk_config"`
	RestartSSH bool     `whm:"restart_ssh"`
	Warning    *string  `whm:"warning"`
}

func (f family) save(ctx context.Context, c api.Call, in saveIn) (out saveOut, err error) {
	if err := f.off(in.Skip); err != nil {
		return out, err
	}
	if in.Command != "" || in.CommandExcessive != "" {
		return out, hostkeep.Errorf(hostkeep.Unsupported, "Hostkeep runs no command that came over the API; leave command_to_run_on_brute_force and command_to_run_on_excessive_brute_force empty.")
	}
	given := in.given()
	err = f.set(ctx, c, given)
	out.Config = f.shown()
	if w := warning(given); w != "" {
		out.Warning = &w
	}
	return out, err
}

// warning says what was kept and does nothing.
func warning(given hostkeep.GuardSettings) string {
	var on []string
	for _, name := range idle() {
		if given[name] != 0 {
			on = append(on, name)
		}
	}
	if len(on) == 0 {
		return ""
	}
	return "Kept, but nothing comes of it here: " + strings.Join(on, ", ") + ". Hostkeep touches no firewall and sends no mail."
}

// set checks and stores settings; those that are so already leave no trace.
func (f family) set(ctx context.Context, c api.Call, given hostkeep.GuardSettings) error {
	var names []string
	for name, value := range given {
		if err := check(name, value); err != nil {
			return err
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return f.Change(ctx, c.Change(), func(tx Tx) error {
		g, err := tx.Guard()
		if err != nil {
			return err
		}
		for _, name := range names {
			if old, stored := g.Settings[name]; stored && old == given[name] {
				continue
			}
			if err := tx.SetGuardSetting(name, given[name]); err != nil {
				return err
			}
		}
		return nil
	})
}

type setKeyIn struct {
	Key   string `whm:"key,required,max=60"`
	Value string `whm:"value,required,max=60"`
}

// keyed is what set_cphulk_config_key answers: with the lists of countries, which
// are empty here.
type keyed struct {
	settings
	BlackCountries string `whm:"country_blacklist"`
	WhiteCountries string `whm:"country_whitelist"`
}

type setKeyOut struct {
	Config keyed `whm:"cphulk_config"`
}

func (f family) setKey(ctx context.Context, c api.Call, in setKeyIn) (out setKeyOut, err error) {
	n, err := strconv.ParseInt(in.Value, 10, 64)
	if err != nil {
		return out, hostkeep.Errorf(hostkeep.Invalid, "The parameter \"value\" must be a whole number.")
	}
	name := in.Key
	if of, minutes := map[string]string{
		"brute_force_period_mins": hostkeep.GuardUserPeriod, "ip_brute_force_period_mins": hostkeep.GuardAddressPeriod, "lookback_period_min": hostkeep.GuardLookback,
	}[name]; minutes {
		name, n = of, min(max(n, -1), maxPeriod)*60
	}
	err = f.set(ctx, c, hostkeep.GuardSettings{name: n})
	out.Config.settings = f.shown()
	return out, err
}
