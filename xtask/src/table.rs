//! Tables in Markdown that can be read as text too.

/// A table: its first column aligned to the left, the others to the right.
pub fn table(head: &[String], lines: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells =
            std::iter::once(head).chain(lines.iter().map(Vec::as_slice)).filter_map(|line| line.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let row = |cells: &[String]| {
        let cells = cells.iter().zip(&widths).enumerate().map(|(i, (cell, &width))| {
            if i == 0 { format!(" {cell:<width$} |") } else { format!(" {cell:>width$} |") }
        });
        format!("|{}\n", cells.collect::<String>())
    };
    let rule: Vec<String> = widths.iter().map(|&width| "-".repeat(width + 1)).collect();
    let rule = format!("|{}-|{}:|\n", rule[0], rule[1..].join(":|"));
    let body: String = lines.iter().map(|line| row(line)).collect();
    format!("{}{rule}{body}", row(head))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned() {
        let text = |cells: &[&str]| cells.iter().map(|&cell| cell.to_owned()).collect::<Vec<_>>();
        let made = table(&text(&["name", "n"]), &[text(&["a", "1000"]), text(&["bcdef", "7"])]);
        assert_eq!(made, "| name  |    n |\n|-------|-----:|\n| a     | 1000 |\n| bcdef |    7 |\n");
    }
}
