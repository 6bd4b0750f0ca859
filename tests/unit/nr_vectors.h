// Reads the vectors of tests/vectors/nr: CSV with a header line, and lines of key=value. Lines that begin with '#' are comments.
#pragma once

#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace sen::test {

using Row = std::map<std::string, std::string>;

inline std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> out;
  std::stringstream stream(text);
  for (std::string item; std::getline(stream, item, separator);) out.push_back(item);
  if (!text.empty() && text.back() == separator) out.emplace_back();
  return out;
}

inline std::vector<Row> read_csv(const std::string& name) {
  std::ifstream file("tests/vectors/nr/" + name);
  std::vector<Row> rows;
  std::vector<std::string> header;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    auto cells = split(line, ',');
    if (header.empty()) {
      header = cells;
      continue;
    }
    Row row;
    for (size_t i = 0; i < header.size() && i < cells.size(); ++i) row[header[i]] = cells[i];
    rows.push_back(row);
  }
  return rows;
}

// A line "word key=value key=value": the word under the key "".
inline std::vector<Row> read_lines(const std::string& name) {
  std::ifstream file("tests/vectors/nr/" + name);
  std::vector<Row> rows;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    Row row;
    for (const auto& word : split(line, ' ')) {
      size_t equals = word.find('=');
      if (equals == std::string::npos) {
        row[""] = word;
      } else {
        row[word.substr(0, equals)] = word.substr(equals + 1);
      }
    }
    rows.push_back(row);
  }
  return rows;
}

inline unsigned number(const Row& row, const std::string& key, unsigned fallback = 0) {
  auto it = row.find(key);
  return it == row.end() || it->second.empty() ? fallback : static_cast<unsigned>(std::stoul(it->second));
}

inline std::vector<unsigned> numbers(const std::string& text) {
  std::vector<unsigned> out;
  for (const auto& item : split(text, ' ')) out.push_back(static_cast<unsigned>(std::stoul(item)));
  return out;
}

}  // namespace sen::test
