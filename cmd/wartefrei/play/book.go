package play

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/wartefrei/wartefrei/booking"
)

// Book fills about half of a day of every office with appointments of invented
// people, unless somebody has booked there before. bookings takes them: a store
// whose clock stands before the day, because nobody books the past.
func (p *Players) Book(ctx context.Context, bookings booker, day booking.Day) error {
	for _, office := range p.City().Offices() {
		there, err := p.Town.Appointments(ctx, office.ID, day)
		if err != nil {
			return err
		}
		if len(there) > 0 {
			continue
		}
		if err := p.bookOffice(ctx, bookings, office, day); err != nil {
			return fmt.Errorf("book in %s on %s: %w", office.ID, day, err)
		}
	}
	return nil
}

// booker takes bookings: pgbooking.Store.
type booker interface {
	Free(ctx context.Context, wish booking.Wish, first booking.Day, days int) ([]booking.FreeDay, error)
	Hold(ctx context.Context, wish booking.Wish, start time.Time, lang, instead string) (booking.Appointment, string, error)
	Confirm(ctx context.Context, id, link string, contact booking.Contact) (booking.Appointment, error)
}

// bookOffice asks each bookable service for its free times and takes every
// so-manieth, so that all services together leave about half of the day free.
func (p *Players) bookOffice(ctx context.Context, bookings booker, office *booking.Office, day booking.Day) error {
	var bookable []booking.Service
	for _, service := range office.Services {
		if service.Bookable {
			bookable = append(bookable, service)
		}
	}
	for i, service := range bookable {
		wish := booking.Wish{Office: office.ID, Services: []booking.Choice{{Service: service.ID, Persons: 1}}}
		days, err := bookings.Free(ctx, wish, day, 1)
		if err != nil {
			return err
		}
		slots := days[0].Slots
		for j := i; j < len(slots); j += 2 * len(bookable) {
			if err := p.bookSlot(ctx, bookings, wish, slots[j].Start); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *Players) bookSlot(ctx context.Context, bookings booker, wish booking.Wish, start time.Time) error {
	_, link, err := bookings.Hold(ctx, wish, start, "de", "")
	if errors.Is(err, booking.ErrSlotTaken) {
		return nil // another service's visit lies there by now
	}
	if err != nil {
		return err
	}
	_, err = bookings.Confirm(ctx, "", link, person(hash(link)))
	return err
}

var (
	firstNames = []string{"Amira", "Bernd", "Carla", "Deniz", "Elif", "Florian", "Greta", "Hamid", "Ines", "Jonas", "Katrin", "Luca"}
	lastNames  = []string{"Albrecht", "Baumann", "Çelik", "Dietz", "Eberle", "Fischer", "Gül", "Hoffmann", "Ivanova", "Jäger", "König", "Maier"}
)

// person is somebody who does not exist; nobody reads mail at example.org.
func person(whim uint64) booking.Contact {
	first, last := firstNames[whim%12], lastNames[whim>>8%12]
	return booking.Contact{Name: first + " " + last, Mail: fmt.Sprintf("%d@example.org", whim>>40)}
}
