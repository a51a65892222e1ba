package play

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/wartefrei/wartefrei/booking"
)

// Book fills about half of a day of every office with appointments of invented
// people. Which times they want follows from a hash of the time, and each books
// under an id of its own: so a day that was half booked when somebody was
// killed is booked to its end by the next Book, and one that is booked stays as
// it is. bookings takes them: a store whose clock stands before the day, because
// nobody books the past.
func (p *Players) Book(ctx context.Context, bookings booker, day booking.Day) error {
	for _, office := range p.City().Offices() {
		if err := p.bookOffice(ctx, bookings, office, day); err != nil {
			return fmt.Errorf("book in %s on %s: %w", office.ID, day, err)
		}
	}
	return nil
}

// booker takes bookings: pgbooking.Store.
type booker interface {
	HoldOnce(ctx context.Context, id string, wish booking.Wish, start time.Time, lang, instead string) (booking.Appointment, string, error)
	Confirm(ctx context.Context, id, link string, contact booking.Contact) (booking.Appointment, error)
}

// bookOffice takes about one in so many of each service's times that all
// services together leave half of the day free.
func (p *Players) bookOffice(ctx context.Context, bookings booker, office *booking.Office, day booking.Day) error {
	var bookable []booking.Service
	for _, service := range office.Services {
		if service.Bookable {
			bookable = append(bookable, service)
		}
	}
	for _, service := range bookable {
		for _, start := range p.starts(office, day, service.Length(1)) {
			id := fmt.Sprintf("play%s:%s:%s:%d", p.Seed, office.ID, service.ID, start.Unix())
			if p.hash(id)%uint64(2*len(bookable)) != 0 {
				continue
			}
			wish := booking.Wish{Office: office.ID, Services: []booking.Choice{{Service: service.ID, Persons: 1}}}
			if err := bookSlot(ctx, bookings, id, wish, start); err != nil {
				return err
			}
		}
	}
	return nil
}

// starts are the times of a day that an office has for a visit, taken ones too:
// what is free changes with each booking.
func (p *Players) starts(office *booking.Office, day booking.Day, length time.Duration) []time.Time {
	zone := p.City().Location()
	calendar := booking.Calendar{Office: office, Zone: zone, Holidays: p.Holidays}
	start, err := time.ParseInLocation(time.DateOnly, string(day), zone)
	if err != nil {
		return nil
	}
	var starts []time.Time
	for ; booking.DayOf(start, zone) == day; start = start.Add(office.Grid) {
		if len(calendar.Places(start, length)) > 0 {
			starts = append(starts, start)
		}
	}
	return starts
}

func bookSlot(ctx context.Context, bookings booker, id string, wish booking.Wish, start time.Time) error {
	_, link, err := bookings.HoldOnce(ctx, id, wish, start, "de", "")
	if err == nil {
		_, err = bookings.Confirm(ctx, "", link, person(hash(link)))
	}
	for _, settled := range []error{
		booking.ErrSlotTaken,    // others lie there by now
		booking.ErrSlotUnknown,  // beyond the horizon: booked when that day is nearer
		booking.ErrOtherContent, // booked before, and moved since
		booking.ErrCancelled,    // likewise
	} {
		if errors.Is(err, settled) {
			return nil
		}
	}
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
