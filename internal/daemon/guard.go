package daemon

import (
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/config"
)

// guardSettings are the guard's settings where nothing else was saved.
func guardSettings(c config.Brute) hostkeep.GuardSettings {
	s := hostkeep.GuardSettings{
		hostkeep.GuardByAddress: 1, hostkeep.GuardByUser: 1, hostkeep.GuardByUserRoot: 1,
		hostkeep.GuardAddressFailures: int64(c.AddressFailures), hostkeep.GuardAddressPeriod: int64(c.AddressWindow / time.Second),
		hostkeep.GuardNetworkFailures: int64(c.NetworkFailures),
		hostkeep.GuardUserFailures:    int64(c.UserFailures), hostkeep.GuardUserPeriod: int64(c.UserWindow / time.Second),
		hostkeep.GuardExcessive: int64(c.Excessive), hostkeep.GuardLookback: int64(c.Lookback / time.Second),
	}
	if c.Enabled {
		s[hostkeep.GuardEnabled] = 1
	}
	return s
}
