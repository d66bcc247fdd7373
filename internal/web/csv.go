package web

import (
	"encoding/csv"
	"io"
	"strings"
)

// writeCSV writes a table as RFC 4180 has it.
func writeCSV(w io.Writer, rows [][]string) error {
	c := csv.NewWriter(w)
	c.UseCRLF = true
	for _, row := range rows {
		for i := range row {
			row[i] = noFormula(row[i])
		}
		if err := c.Write(row); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

// noFormula keeps a spreadsheet from taking a cell for a formula: names, reasons
// and what clients call themselves are other people's.
func noFormula(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r\n", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}
