package booking

import (
	"slices"
	"time"
)

// Visit is what a wish comes to: the sums of its services.
type Visit struct {
	Choices   []Choice // in the order wished
	Services  []*Service
	Length    time.Duration // at the desk
	Fee       int           // cents
	Documents Texts         // each once
}

// Plan adds up a wish. It refuses (ErrNothing, ErrServiceUnknown, ErrTwice,
// ErrNotBookable, ErrPersons, ErrTooMuch) what the office does not book.
func Plan(office *Office, wish Wish) (Visit, error) {
	if err := Countable(wish.Services); err != nil {
		return Visit{}, err
	}
	v := Visit{Choices: slices.Clone(wish.Services)}
	for _, choice := range v.Choices {
		if err := v.add(office, choice); err != nil {
			return Visit{}, err
		}
	}
	if v.Length > office.longest() {
		return Visit{}, ErrTooMuch
	}
	return v, nil
}

// Countable refuses what is no choice of services, whatever an office offers:
// ErrNothing, ErrTooMuch, ErrTwice, ErrPersons.
func Countable(choices []Choice) error {
	switch {
	case len(choices) == 0:
		return ErrNothing
	case len(choices) > MaxServices:
		return ErrTooMuch
	}
	for i, choice := range choices {
		if choice.Persons < 1 || choice.Persons > MaxPersons {
			return ErrPersons
		}
		if slices.ContainsFunc(choices[:i], func(c Choice) bool { return c.Service == choice.Service }) {
			return ErrTwice
		}
	}
	return nil
}

func (v *Visit) add(office *Office, choice Choice) error {
	service, ok := office.Service(choice.Service)
	switch {
	case !ok:
		return ErrServiceUnknown
	case !service.Bookable:
		return ErrNotBookable
	case choice.Persons > 1 && service.PerPerson == 0:
		return ErrPersons
	}
	v.Services = append(v.Services, service)
	v.Length += service.Length(choice.Persons)
	v.Fee += service.Fee * choice.Persons
	for _, document := range service.Documents {
		if !slices.ContainsFunc(v.Documents, func(d Text) bool { return d["de"] == document["de"] }) {
			v.Documents = append(v.Documents, document)
		}
	}
	return nil
}

// Length is the time that the service takes at the desk for persons.
func (s *Service) Length(persons int) time.Duration {
	return time.Duration(s.Minutes+(persons-1)*s.PerPerson) * time.Minute
}
