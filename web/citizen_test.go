package web

import (
	"context"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/democity"
)

// way is what a citizen reads on the way, in one language.
type way struct {
	lang                                                                                  string
	offices, services, times, held, details, review, booked, cancelled, people, documents string
}

var ways = []way{
	{"de", "Wo brauchen Sie einen Termin?", "Was möchten Sie erledigen?", "Wann passt es Ihnen?", "bis <time", "Wer kommt?", "Stimmt alles?",
		"Ihr Termin ist gebucht.", "Ihr Termin ist abgesagt.", "2 Personen", "Wohnungsgeberbestätigung"},
	{"en", "Where do you need an appointment?", "What would you like to get done?", "When does it suit you?", "until <time", "Who is coming?", "Is everything right?",
		"Your appointment is booked.", "Your appointment is cancelled.", "2 people", "Wohnungsgeberbestätigung"},
}

func TestBookByFormsAlone(t *testing.T) {
	s := newSite(t)
	for _, way := range ways {
		t.Run(way.lang, func(t *testing.T) {
			b := s.browse(t, way.lang)
			b.get("/booking").want(200, way.offices, "Fischmarkt 2").follow(`/booking/buergerbuero"`).want(200, way.services)
			b.submit(`id="wish"`, `id="recount"`, "s", "anmeldung", "p.anmeldung", "2").want(200, way.services, way.people, "20")
			b.submit(`id="wish"`, `class="btn yours wide"`).want(200, way.times, way.people)
			b.follow("at=").want(200, `aria-current="time"`)
			b.submit(`id="hold"`, "").want(200, way.details, way.held)
			b.submit(`id="contact"`, `value="review"`, "name", "Erika Mustermann", "mail", "erika@beispiel.de").
				want(200, way.review, "Erika Mustermann", "erika@beispiel.de", way.people)
			b.submit(`id="contact"`, "").want(200, way.booked, way.people)
			appointment := b.path
			b.follow(`class="btn stop"`).want(200).submit(`class="acts"`, "").want(200, way.cancelled)
			if b.path != appointment {
				t.Errorf("cancelled, and at %s instead of %s", b.path, appointment)
			}
		})
	}
}

// wish is the query of two services, in all tests the same.
const wish = "s=personalausweis&s=anmeldung&p.anmeldung=2"

// toTimes opens the times for the wish.
func (b *browser) toTimes() *browser {
	b.t.Helper()
	return b.get("/booking/buergerbuero/times?" + wish).want(200)
}

// toDetails holds the first time offered, and returns the path of the appointment.
func (b *browser) toDetails() string {
	b.t.Helper()
	b.toTimes().follow("at=").submit(`id="hold"`, "").want(200)
	return strings.TrimSuffix(b.path, "/details")
}

// toBooked books the first time offered, and returns the path of the appointment.
func (b *browser) toBooked() string {
	b.t.Helper()
	b.toDetails()
	b.submit(`id="contact"`, `value="review"`, "name", "Erika Mustermann", "phone", "0781 820").want(200)
	return b.submit(`id="contact"`, "").want(200).path
}

// oneTime is a city whose office has one time on a Monday.
func oneTime() booking.City {
	city := democity.City()
	office, _ := city.Office("buergerbuero")
	office.Horizon = 6 * 24 * time.Hour
	office.Duty = []booking.Duty{{Hours: booking.Hours{Weekday: time.Monday, Open: 600, Close: 635}, Places: 1}}
	return city
}

func TestTheLastTimeGoesToOne(t *testing.T) {
	s := newSite(t, oneTime())
	one, other := s.browse(t, "de"), s.browse(t, "de")
	one.toTimes().follow("at=")
	other.toTimes().follow("at=")
	one.submit(`id="hold"`, "").want(200, "Wer kommt?")
	other.submit(`id="hold"`, "").want(200, "Wann passt es Ihnen?", "Diese Zeit wurde gerade vergeben.", "Personalausweis beantragen", "2 Personen")
	if strings.Contains(other.page, `id="hold"`) {
		t.Error("a time that is taken can be held")
	}
}

func TestAHoldEnds(t *testing.T) {
	s := newSite(t, oneTime())
	const ended = "Die Zeit war nicht länger für Sie vorgemerkt."
	b := s.browse(t, "de")
	path := b.toDetails()
	s.clock.forward(10 * time.Minute)
	typed := []string{"name", "Erika Mustermann", "mail", "erika@beispiel.de"}
	late := *b
	late.submit(`id="contact"`, `value="review"`, typed...).want(200, ended, "Wann passt es Ihnen?", "2 Personen", "10:00")
	late.get(path+"/details").want(200, ended, "2 Personen")

	// Somebody else takes the time: the hold is gone, the form still knows the wish.
	s.browse(t, "de").toDetails()
	late = *b
	late.submit(`id="contact"`, `value="review"`, typed...).want(200, ended, "2 Personen")
	late.get(path).want(404, "Diesen Termin gibt es nicht oder nicht mehr.")
}

func TestStepsCannotBeSkipped(t *testing.T) {
	s := newSite(t)
	b := s.browse(t, "de")
	b.get("/booking/buergerbuero/times").want(200, "Was möchten Sie erledigen?", "Bitte wählen Sie mindestens ein Anliegen.")
	for _, form := range []url.Values{nil, {"at": {"2026-11-24T09:00:00Z"}}} {
		b.get("/booking").want(200).post("/booking/buergerbuero/holds", form).
			want(200, "Was möchten Sie erledigen?", "Bitte wählen Sie mindestens ein Anliegen.", `role="alert"`)
	}
	path := b.toDetails()
	b.post(path+"/confirm", url.Values{"name": {"Erika Mustermann"}}).
		want(422, "Wer kommt?", "Geben Sie eine E-Mail-Adresse oder eine Telefonnummer an.", "Erika Mustermann", `href="#mail"`)
	for _, step := range []string{"", "/review", "/confirm", "/extend", "/release", "/times", "/cancel", "/confirmation.pdf"} {
		b.get(path+step).want(200, "Wer kommt?")
	}
	if n := s.count(t, "SELECT count(*) FROM appointment WHERE state = 'booked'"); n != 0 {
		t.Errorf("%d appointments are booked without a contact", n)
	}
}

func TestMistakesInTheForm(t *testing.T) {
	s := newSite(t)
	b := s.browse(t, "de")
	b.toDetails()
	for _, c := range []struct{ name, mail, phone, wrong, field string }{
		{"", "erika@beispiel.de", "", "Geben Sie Ihren Namen an", "name"},
		{strings.Repeat("ä", 101), "erika@beispiel.de", "", "Geben Sie Ihren Namen an", "name"},
		{"Erika", "erika@", "", "Die E-Mail-Adresse ist nicht vollständig.", "mail"},
		{"Erika", "", "12", "Die Telefonnummer stimmt nicht.", "phone"},
		{"Erika", "", "", "Geben Sie eine E-Mail-Adresse oder eine Telefonnummer an.", "mail"},
		{"", "erika@", "12", "3 Angaben fehlen oder stimmen nicht", "phone"},
	} {
		b.submit(`id="contact"`, `value="review"`, "name", c.name, "mail", c.mail, "phone", c.phone).
			want(422, "Wer kommt?", c.wrong, `href="#`+c.field+`"`)
		if c.mail != "" && !strings.Contains(b.page, `value="`+c.mail+`"`) {
			t.Errorf("what was typed is lost: %q", c.mail)
		}
	}
}

func TestConfirmTwice(t *testing.T) {
	s := newSite(t)
	b := s.browse(t, "de")
	path := b.toDetails()
	b.submit(`id="contact"`, `value="review"`, "name", "Erika Mustermann", "mail", "erika@beispiel.de").want(200)
	again := *b
	b.submit(`id="contact"`, "").want(200, "Ihr Termin ist gebucht.")
	again.submit(`id="contact"`, "").want(200, "Ihr Termin ist gebucht.")
	if b.path != path || again.path != path || codeOn(b.page) != codeOn(again.page) {
		t.Errorf("confirmed twice: %s %s and %s %s", b.path, codeOn(b.page), again.path, codeOn(again.page))
	}
	if n := s.count(t, "SELECT count(*) FROM appointment"); n != 1 {
		t.Errorf("%d appointments", n)
	}
}

func TestCancelFreesTheTime(t *testing.T) {
	s := newSite(t, oneTime())
	b := s.browse(t, "de")
	path := b.toBooked()
	other := s.browse(t, "de")
	other.toTimes().want(200, "Zurzeit ist kein Termin frei.")
	b.get(path+"/cancel").want(200, "Möchten Sie diesen Termin absagen?")
	other.toTimes().want(200, "Zurzeit ist kein Termin frei.") // asking is not doing
	b.submit(`class="acts"`, "").want(200, "Ihr Termin ist abgesagt.", "wieder frei")
	b.post(path+"/cancel", nil).want(200, "Ihr Termin ist abgesagt.")
	b.get(path + "/confirmation.pdf").want(409)
	other.toTimes().follow("at=").submit(`id="hold"`, "").want(200, "Wer kommt?")
}

func TestMoveKeepsTheOldTimeUntilTheNewOneIsCertain(t *testing.T) {
	s := newSite(t)
	b := s.browse(t, "de")
	path := b.toBooked()
	code := codeOn(b.page)
	b.want(200, "09:00")
	b.follow("Zeit ändern").want(200, "Welche Zeit passt besser?", "09:00", "An einem anderen Tag bekommen Sie einen neuen Code.")
	b.get(path+"/times?day=2026-11-30").follow("at=2026-11-30T08").want(200, "Auf diese Zeit ändern")
	other := *b
	b.submit(`id="hold"`, "").want(200, "<title>Ihr Termin ist verschoben.", "Ihr Termin ist verschoben.</h1>", "30. November 2026", newCode)
	if b.path != path+"?code=new&moved=yes" || codeOn(b.page) == code {
		t.Errorf("moved to another day: path %s, code %s before and %s after", b.path, code, codeOn(b.page))
	}
	other.submit(`id="hold"`, "").want(200, "Ihr Termin ist verschoben.", newCode) // pressed twice
	b.get(path).want(200, "Ihr Termin ist gebucht.")
	if n := s.count(t, "SELECT count(*) FROM appointment WHERE state <> 'cancelled'"); n != 1 {
		t.Errorf("%d times are taken", n)
	}
	b.post(path+"/move", url.Values{"at": {"2026-11-29T09:00:00Z"}}).want(200, "Welche Zeit passt besser?", "Diese Zeit bieten wir nicht an.")
	b.get(path).want(200, "30. November 2026")
}

const newCode = "Code und Bestätigung sind neu. Die alten gelten nicht mehr."

// TestMoveWithinTheDayKeepsTheCode: nobody is told that their paper no longer
// counts when it does.
func TestMoveWithinTheDayKeepsTheCode(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browse(t, "en")
	b.toBooked()
	code := codeOn(b.page)
	b.follow("Change the time").want(200, "On another day you get a new code.")
	b.follow("at=2026-11-23T10").submit(`id="hold"`, "").want(200, "Your appointment is moved.</h1>", "11:00")
	if codeOn(b.page) != code || strings.Contains(b.page, "are new") {
		t.Errorf("moved within the day: code %s before and %s after; %s", code, codeOn(b.page), b.path)
	}
}

func TestExtendKeepsWhatIsTyped(t *testing.T) {
	s := newSite(t)
	b := s.browse(t, "de")
	b.toDetails()
	typed := []string{"name", "Erika Muster", "mail", "erika@"}
	for range 9 { // ten minutes each: an hour and a half of typing
		s.clock.forward(9 * time.Minute)
		b.submit(`id="contact"`, `id="extend"`, typed...).want(200, "Wer kommt?", "jetzt bis", `value="Erika Muster"`, `value="erika@"`)
	}
	b.submit(`id="contact"`, `value="review"`, "name", "Erika Mustermann", "mail", "erika@beispiel.de").want(200, "Stimmt alles?")
	b.submit(`id="contact"`, `id="extend"`).want(200, "Stimmt alles?", "Erika Mustermann", "erika@beispiel.de")
	b.submit(`id="contact"`, "Angaben ändern").want(200, "Wer kommt?", "Erika Mustermann", "erika@beispiel.de")
}

func TestAnotherTimeGivesUpTheFirst(t *testing.T) {
	s := newSite(t)
	b := s.browse(t, "de")
	b.toDetails()
	b.submit(`id="contact"`, "Andere Zeit wählen").want(200, "Wann passt es Ihnen?")
	if n := s.count(t, "SELECT count(*) FROM appointment"); n != 0 {
		t.Fatalf("%d times are held after one was given up", n)
	}
	b.toDetails()
	b.toTimes().want(200, "Für Sie vorgemerkt:", "Weiter mit dieser Zeit") // back by the browser's button
	b.follow("at=").submit(`id="hold"`, "").want(200, "Wer kommt?")
	if n := s.count(t, "SELECT count(*) FROM appointment"); n != 1 {
		t.Errorf("%d times are held by one browser", n)
	}
}

func TestTheLanguageKeepsTheStep(t *testing.T) {
	s := newSite(t)
	b := s.browse(t, "de")
	b.toDetails()
	b.submit(`action="/language"`, "English").want(200, "Who is coming?")
	b.submit(`id="contact"`, `value="review"`, "name", "Erika Mustermann", "mail", "erika@").want(422, "The email address is not complete.")
	b.submit(`class="languages"`, "Deutsch").want(422, "Die E-Mail-Adresse ist nicht vollständig.", `value="Erika Mustermann"`)
	b.submit(`id="contact"`, `value="review"`, "mail", "erika@beispiel.de").want(200, "Stimmt alles?")
	b.submit(`class="languages"`, "English").want(200, "Is everything right?", "erika@beispiel.de")
	b.submit(`id="contact"`, "").want(200, "Your appointment is booked.")
}

// TestTheChosenLanguageWins: a language in the address of the page that
// somebody comes from does not undo the choice; what else stood there stays.
func TestTheChosenLanguageWins(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browse(t, "de")
	b.get("/booking?lang=en&from=x&from=y").want(200, `<html lang="en"`)
	b.submit(`action="/language"`, "Deutsch").want(200, `<html lang="de"`)
	if b.path != "/booking?from=x&from=y" {
		t.Errorf("led back to %s", b.path)
	}
	b.get("/sign-in?next=%2Fdesks&lang=en").submit(`action="/language"`, "Deutsch").want(200, `<html lang="de"`)
	if b.path != "/sign-in?next=%2Fdesks" {
		t.Errorf("led back to %s", b.path)
	}
}

// count runs a query that counts.
func (s *site) count(t *testing.T, query string) (n int) {
	t.Helper()
	if err := s.pool.QueryRow(context.Background(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// codeOn is the check-in code that a page shows.
func codeOn(page string) string {
	found := regexp.MustCompile(`<bdi class="mono" dir="ltr">([0-9]{4}).?([0-9]{4})</bdi>`).FindStringSubmatch(strings.ReplaceAll(page, "\u00a0", " "))
	if found == nil {
		return "none"
	}
	return found[1] + found[2]
}
