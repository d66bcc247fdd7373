package web

import (
	"io"
	"strings"
)

// writeCSV writes a table as RFC 4180 has it, with each cell in quotes: a table
// program that separates by something else must not find a cell inside one.
func writeCSV(w io.Writer, rows [][]string) error {
	for _, row := range rows {
		cells := make([]string, len(row))
		for i := range row {
			cells[i] = `"` + strings.ReplaceAll(noFormula(row[i]), `"`, `""`) + `"`
		}
		if _, err := io.WriteString(w, strings.Join(cells, ",")+"\r\n"); err != nil {
			return err
		}
	}
	return nil
}

// noFormula keeps a spreadsheet from taking a cell for a formula: names, reasons
// and what clients call themselves are other people's.
func noFormula(cell string) string {
	if strings.IndexFunc(cell, func(r rune) bool { return strings.ContainsRune("=+-@\t\r\n＝＋－＠", r) }) == 0 {
		return "'" + cell
	}
	return cell
}
