package pdf

import "strings"

// Run is a piece of a paragraph in one style.
type Run struct {
	Style Style
	Text  string
}

// word is what a line is not broken in.
type word struct {
	Run
	width float64
}

// Lines breaks a paragraph into lines no longer than width, between words, and
// in a word that is longer than a line.
func (s *Sheet) Lines(width float64, runs ...Run) [][]Run {
	var lines [][]Run
	var line []Run
	used := 0.
	for _, w := range s.words(width, runs) {
		gap := 0.
		if len(line) > 0 {
			gap = s.Width(line[len(line)-1].Style, " ")
		}
		if len(line) > 0 && used+gap+w.width > width {
			lines, line, used, gap = append(lines, line), nil, 0, 0
		}
		line = join(line, w.Run)
		used += gap + w.width
	}
	if len(line) > 0 {
		lines = append(lines, line)
	}
	return lines
}

// join puts a word at the end of a line, in the last run if the style is the same.
func join(line []Run, w Run) []Run {
	last := len(line) - 1
	switch {
	case last < 0:
		return append(line, w)
	case line[last].Style == w.Style:
		line[last].Text += " " + w.Text
		return line
	}
	line[last].Text += " "
	return append(line, w)
}

// words cuts the runs at spaces that may break.
func (s *Sheet) words(width float64, runs []Run) []word {
	var all []word
	for _, run := range runs {
		for text := range strings.SplitSeq(run.Text, " ") {
			if text == "" {
				continue
			}
			for _, piece := range s.pieces(width, run.Style, text) {
				all = append(all, word{Run{run.Style, piece}, s.Width(run.Style, piece)})
			}
		}
	}
	return all
}

// pieces breaks a word that is longer than a line.
func (s *Sheet) pieces(width float64, style Style, text string) []string {
	if s.Width(style, text) <= width {
		return []string{text}
	}
	var all []string
	piece := ""
	for _, r := range text {
		if piece != "" && s.Width(style, piece+string(r)) > width {
			all, piece = append(all, piece), ""
		}
		piece += string(r)
	}
	return append(all, piece)
}

// Paragraph writes lines from x; y is the base line of the first, leading the
// way to the next. It returns the base line of the last.
func (s *Sheet) Paragraph(x, y, leading float64, lines [][]Run) float64 {
	for i, line := range lines {
		if i > 0 {
			y += leading
		}
		at := x
		for _, run := range line {
			s.Write(run.Style, at, y, run.Text)
			at += s.Width(run.Style, run.Text)
		}
	}
	return y
}
