// Configuration: each parameter is one row (key, member, range, sentence), written once in a function
//   void describe(Section& section, AmfConfig& config)
// from which loading of YAML files, command-line overrides, errors with file and line, documentation and JSON schema derive.
// Files are merged in the order given (later values win, lists are replaced whole), then overrides ("amf.name=x") are laid over them.
// A key that no row names is refused with its place and the nearest known key.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace sen::config {

struct Member;

// One value of the merged files, with the place it came from.
struct Node {
  enum class Kind : unsigned char { absent, scalar, map, list };
  Kind kind = Kind::absent;
  std::string scalar;
  std::vector<Member> members;  // map
  std::vector<Node> items;      // list
  std::string place;            // "core.yml:12" or "--set amf.name"

  const Node* find(std::string_view key) const;
};

struct Member {
  std::string key;
  Node node;
};

Result<Node> parse_file(const std::string& path);
// `name` stands for the file name in messages.
Result<Node> parse_text(std::string_view text, const std::string& name);
// Lays `over` over `base`: maps are merged, everything else is replaced.
void merge(Node& base, Node over);
// "amf.ngap.server[0].address=127.0.0.9"; the value stands as it is, or is YAML when it begins with [, { or a quote.
Status apply_override(Node& root, std::string_view assignment);

// The place of "cells[1].pci", of a value that files or overrides give; empty when they do not.
std::string place_of(const Node& root, std::string_view path);

// What a row says of itself, for documentation and schema.
struct Row {
  std::string path;
  std::string type;
  std::string range;
  std::string default_value;
  std::string sentence;
};

class Section {
 public:
  // Loads from `node`: found values are checked and stored, problems go to `problems`.
  Section(const Node* node, std::string path, std::vector<Error>* problems);
  // Only lists the rows, with the values of the members as the defaults.
  Section(std::string path, std::vector<Row>* rows);
  ~Section();
  Section(const Section&) = delete;

  void value(std::string_view key, std::string& member, std::string_view sentence);
  void value(std::string_view key, bool& member, std::string_view sentence);
  template <std::integral T>
  void value(std::string_view key, T& member, int64_t low, int64_t high, std::string_view unit, std::string_view sentence) {
    int64_t number = static_cast<int64_t>(member);
    integer(key, number, low, high, unit, sentence);
    member = static_cast<T>(number);
  }
  void value(std::string_view key, double& member, double low, double high, std::string_view unit, std::string_view sentence);
  void value(std::string_view key, std::vector<std::string>& member, std::string_view sentence);
  // One of `names`; the member gets its index.
  template <class T>
  void choice(std::string_view key, T& member, std::vector<std::string_view> names, std::string_view sentence) {
    size_t index = static_cast<size_t>(member);
    pick(key, index, names, sentence);
    member = static_cast<T>(index);
  }
  // A text that `parse` turns into the member: Status parse(std::string_view). `shown` is the default as text, `type` the form expected.
  void parsed(std::string_view key, std::string_view type, std::string_view shown, const std::function<Status(std::string_view)>& parse,
              std::string_view sentence);
  void section(std::string_view key, std::string_view sentence, const std::function<void(Section&)>& rows);
  // A list of maps; each element is described by `rows`. A list that is present replaces the default elements.
  template <class T>
  void list(std::string_view key, std::vector<T>& member, std::string_view sentence, const std::function<void(Section&, T&)>& rows) {
    if (listing()) {
      T example = member.empty() ? T{} : member.front();
      element(key, sentence, 0, [&](Section& s) { rows(s, example); });
      return;
    }
    size_t count;
    if (!list_size(key, count)) return;
    member.assign(count, T{});
    for (size_t i = 0; i < count; ++i) element(key, sentence, i, [&](Section& s) { rows(s, member[i]); });
  }

  // True when the files or overrides give this key.
  bool given(std::string_view key) const { return node_ && node_->find(key); }
  // Reports a problem with this key (or, with an empty key, the section) at its place.
  void problem(std::string_view key, std::string text);
  bool listing() const { return rows_ != nullptr; }

 private:
  void integer(std::string_view key, int64_t& member, int64_t low, int64_t high, std::string_view unit, std::string_view sentence);
  void pick(std::string_view key, size_t& index, const std::vector<std::string_view>& names, std::string_view sentence);
  bool list_size(std::string_view key, size_t& count);
  void element(std::string_view key, std::string_view sentence, size_t index, const std::function<void(Section&)>& rows);
  const Node* scalar(std::string_view key);
  const Node* known(std::string_view key);
  void row(std::string_view key, std::string type, std::string range, std::string shown, std::string_view sentence);
  std::string path_of(std::string_view key) const;

  const Node* node_ = nullptr;
  std::string path_;
  std::vector<Error>* problems_ = nullptr;
  std::vector<Row>* rows_ = nullptr;
  std::vector<std::string> keys_;
};

// Loads `config` through its describe(Section&, T&); returns all problems found (empty: loaded).
template <class T>
std::vector<Error> load(const Node& root, T& config) {
  std::vector<Error> problems;
  {
    Section section(&root, "", &problems);
    describe(section, config);
  }
  return problems;
}

template <class T>
std::vector<Row> rows_of(T config = {}) {
  std::vector<Row> rows;
  Section section("", &rows);
  describe(section, config);
  return rows;
}

// Markdown table of the rows.
std::string to_markdown(const std::vector<Row>& rows);
// JSON schema (draft 2020-12) of the rows.
std::string to_json_schema(const std::vector<Row>& rows, std::string_view title);

}  // namespace sen::config
