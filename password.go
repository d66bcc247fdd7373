package hostkeep

import "strings"

// The shortest and the longest password, in bytes. Strength scores come with
// get_password_strength.
const (
	MinPassword = 6
	MaxPassword = 256
)

// CheckPassword refuses what no user should have, or could not sign in with.
func CheckPassword(user string, s Secret) error {
	switch p := s.Reveal(); {
	case len(p) < MinPassword:
		return Errorf(Invalid, "The password is too short: it needs at least %d characters.", MinPassword)
	case len(p) > MaxPassword:
		return Errorf(Invalid, "The password is too long: it has at most %d bytes.", MaxPassword)
	case strings.ContainsFunc(p, Control):
		return Errorf(Invalid, "The password holds a control character.")
	case p == user:
		return Errorf(Invalid, "The password must not be the user's name.")
	}
	return nil
}
