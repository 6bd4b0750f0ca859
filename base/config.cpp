#include "base/config.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>

namespace sen::config {

namespace {

constexpr int max_depth = 32;
constexpr size_t max_nodes = 100000;

const char* kind_name(Node::Kind kind) {
  switch (kind) {
    case Node::Kind::absent: return "nothing";
    case Node::Kind::scalar: return "a value";
    case Node::Kind::map: return "a section";
    case Node::Kind::list: return "a list";
  }
  return "";
}

Result<Node> convert(const YAML::Node& yaml, const std::string& name, int depth, size_t& budget) {
  Node node;
  node.place = yaml.Mark().is_null() ? name : fmt::format("{}:{}", name, yaml.Mark().line + 1);
  if (depth > max_depth) return fail(Fault::exhausted, node.place, "sections nest deeper than {} levels", max_depth);
  if (budget-- == 0) return fail(Fault::exhausted, node.place, "more than {} values", max_nodes);
  if (yaml.IsScalar()) {
    node.kind = Node::Kind::scalar;
    node.scalar = yaml.Scalar();
  } else if (yaml.IsMap()) {
    node.kind = Node::Kind::map;
    for (const auto& member : yaml) {
      if (!member.first.IsScalar()) return fail(Fault::invalid, node.place, "a key must be plain text");
      std::string key = member.first.Scalar();
      std::string place = fmt::format("{}:{}", name, member.first.Mark().line + 1);
      if (node.find(key)) return fail(Fault::invalid, place, "key '{}' stands twice in one section", key);
      SEN_ASSIGN(Node child, convert(member.second, name, depth + 1, budget));
      child.place = place;
      node.members.emplace_back(std::move(key), std::move(child));
    }
  } else if (yaml.IsSequence()) {
    node.kind = Node::Kind::list;
    for (const auto& item : yaml) {
      SEN_ASSIGN(Node child, convert(item, name, depth + 1, budget));
      node.items.push_back(std::move(child));
    }
  }
  return node;
}

size_t distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      size_t above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1])});
      diagonal = above;
    }
  }
  return row[b.size()];
}

std::string json_text(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<int>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
}

}  // namespace

const Node* Node::find(std::string_view key) const {
  for (const auto& [name, node] : members) {
    if (name == key) return &node;
  }
  return nullptr;
}

Result<Node> parse_text(std::string_view text, const std::string& name) {
  try {
    size_t budget = max_nodes;
    return convert(YAML::Load(std::string(text)), name, 0, budget);
  } catch (const YAML::Exception& error) {
    return fail(Fault::invalid, fmt::format("{}:{}", name, error.mark.line + 1), "not YAML: {}", error.msg);
  }
}

Result<Node> parse_file(const std::string& path) {
  std::ifstream file(path);
  if (!file) return fail(Fault::io, path, "cannot be read");
  std::ostringstream text;
  text << file.rdbuf();
  return parse_text(text.str(), path);
}

void merge(Node& base, Node over) {
  if (base.kind != Node::Kind::map || over.kind != Node::Kind::map) {
    if (over.kind != Node::Kind::absent) base = std::move(over);
    return;
  }
  for (auto& [key, node] : over.members) {
    auto found = std::find_if(base.members.begin(), base.members.end(), [&](const auto& m) { return m.key == key; });
    if (found == base.members.end()) {
      base.members.emplace_back(key, std::move(node));
    } else {
      merge(found->node, std::move(node));
    }
  }
}

Status apply_override(Node& root, std::string_view assignment) {
  std::string place = fmt::format("--set {}", assignment);
  size_t equals = assignment.find('=');
  if (equals == std::string_view::npos || equals == 0) return fail(Fault::invalid, place, "is not of the form key.key=value");
  Node* node = &root;
  std::string_view path = assignment.substr(0, equals);
  while (!path.empty()) {
    size_t end = std::min(path.find('.'), path.size());
    std::string_view key = path.substr(0, end);
    path.remove_prefix(std::min(end + 1, path.size()));
    std::string_view index;
    if (size_t bracket = key.find('['); bracket != std::string_view::npos && key.ends_with(']')) {
      index = key.substr(bracket + 1, key.size() - bracket - 2);
      key = key.substr(0, bracket);
    }
    if (key.empty()) return fail(Fault::invalid, place, "has an empty key");
    node->kind = Node::Kind::map;
    if (node->place.empty()) node->place = place;
    auto found = std::find_if(node->members.begin(), node->members.end(), [&](const auto& m) { return m.key == key; });
    node = found != node->members.end() ? &found->node : &node->members.emplace_back(std::string(key), Node{}).node;
    if (!index.empty()) {
      size_t position = 0;
      auto [stop, error] = std::from_chars(index.data(), index.data() + index.size(), position);
      if (error != std::errc() || stop != index.data() + index.size() || position > node->items.size())
        return fail(Fault::invalid, place, "index [{}] is not between 0 and {}", index, node->items.size());
      node->kind = Node::Kind::list;
      if (position == node->items.size()) node->items.emplace_back();
      node = &node->items[position];
    }
  }
  std::string_view text = assignment.substr(equals + 1);
  Node value;
  if (text.find_first_of("[{\"'") == 0) {
    SEN_ASSIGN(value, parse_text(text, place));
  } else {  // as it stands: ':memory:' is no map
    value.kind = Node::Kind::scalar;
    value.scalar = text;
  }
  std::function<void(Node&)> stamp = [&](Node& n) {
    n.place = place;
    for (auto& m : n.members) stamp(m.node);
    for (auto& i : n.items) stamp(i);
  };
  stamp(value);
  *node = std::move(value);
  return {};
}

std::string place_of(const Node& root, std::string_view path) {
  const Node* node = &root;
  while (node && !path.empty()) {
    const size_t end = std::min(path.find('.'), path.size());
    const std::string_view key = path.substr(0, end);
    const size_t bracket = key.find('[');
    node = node->find(key.substr(0, bracket));
    if (node && bracket != std::string_view::npos) {
      size_t index = 0;
      std::from_chars(key.data() + bracket + 1, key.data() + key.size(), index);
      node = index < node->items.size() ? &node->items[index] : nullptr;
    }
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return node ? node->place : "";
}

Section::Section(const Node* node, std::string path, std::vector<Error>* problems)
    : node_(node), path_(std::move(path)), problems_(problems) {
  if (node_ && node_->kind != Node::Kind::map && node_->kind != Node::Kind::absent) {
    problem("", fmt::format("must be a section with keys, not {}", kind_name(node_->kind)));
    node_ = nullptr;
  }
}

Section::Section(std::string path, std::vector<Row>* rows) : path_(std::move(path)), rows_(rows) {}

Section::~Section() {
  if (!node_) return;
  for (const auto& [key, node] : node_->members) {
    if (std::find(keys_.begin(), keys_.end(), key) != keys_.end()) continue;
    auto nearest = std::min_element(keys_.begin(), keys_.end(),
                                    [&](const auto& a, const auto& b) { return distance(a, key) < distance(b, key); });
    std::string text = "unknown key";
    if (nearest != keys_.end()) {
      text += distance(*nearest, key) <= std::max<size_t>(3, key.size() / 2) ? fmt::format("; did you mean '{}'?", *nearest)
                                                                            : fmt::format("; known here: {}", fmt::join(keys_, ", "));
    }
    problems_->push_back({Fault::invalid, node.place + " " + path_of(key), text});
  }
}

std::string Section::path_of(std::string_view key) const {
  if (path_.empty()) return std::string(key);
  return key.empty() ? path_ : path_ + "." + std::string(key);
}

void Section::problem(std::string_view key, std::string text) {
  if (!problems_) return;
  const Node* node = node_ && !key.empty() ? node_->find(key) : nullptr;
  if (!node) node = node_;
  std::string place = node ? node->place : "";
  problems_->push_back({Fault::invalid, place.empty() ? path_of(key) : place + " " + path_of(key), std::move(text)});
}

const Node* Section::known(std::string_view key) {
  keys_.emplace_back(key);
  const Node* node = node_ ? node_->find(key) : nullptr;
  return node && node->kind != Node::Kind::absent ? node : nullptr;
}

const Node* Section::scalar(std::string_view key) {
  const Node* node = known(key);
  if (node && node->kind != Node::Kind::scalar) {
    problem(key, fmt::format("must be a single value, not {}", kind_name(node->kind)));
    return nullptr;
  }
  return node;
}

void Section::row(std::string_view key, std::string type, std::string range, std::string shown, std::string_view sentence) {
  rows_->push_back({path_of(key), std::move(type), std::move(range), std::move(shown), std::string(sentence)});
}

void Section::value(std::string_view key, std::string& member, std::string_view sentence) {
  if (listing()) return row(key, "text", "", member, sentence);
  if (const Node* node = scalar(key)) member = node->scalar;
}

void Section::value(std::string_view key, bool& member, std::string_view sentence) {
  if (listing()) return row(key, "boolean", "true, false", member ? "true" : "false", sentence);
  const Node* node = scalar(key);
  if (!node) return;
  static constexpr std::string_view yes[] = {"true", "yes", "on"}, no[] = {"false", "no", "off"};
  if (std::find(std::begin(yes), std::end(yes), node->scalar) != std::end(yes)) {
    member = true;
  } else if (std::find(std::begin(no), std::end(no), node->scalar) != std::end(no)) {
    member = false;
  } else {
    problem(key, fmt::format("'{}' is neither true nor false", node->scalar));
  }
}

void Section::integer(std::string_view key, int64_t& member, int64_t low, int64_t high, std::string_view unit, std::string_view sentence) {
  std::string range = fmt::format("{} to {}{}{}", low, high, unit.empty() ? "" : " ", unit);
  if (listing()) return row(key, "integer", range, std::to_string(member), sentence);
  const Node* node = scalar(key);
  if (!node) return;
  const char* text = node->scalar.data();
  const char* end = text + node->scalar.size();
  bool hex = node->scalar.starts_with("0x");
  int64_t number = 0;
  auto [stop, error] = std::from_chars(text + (hex ? 2 : 0), end, number, hex ? 16 : 10);
  if (error != std::errc() || stop != end) return problem(key, fmt::format("'{}' is not a whole number ({})", node->scalar, range));
  if (number < low || number > high) return problem(key, fmt::format("{} is outside {}", number, range));
  member = number;
}

void Section::value(std::string_view key, double& member, double low, double high, std::string_view unit, std::string_view sentence) {
  std::string range = fmt::format("{} to {}{}{}", low, high, unit.empty() ? "" : " ", unit);
  if (listing()) return row(key, "number", range, fmt::format("{}", member), sentence);
  const Node* node = scalar(key);
  if (!node) return;
  double number = 0;
  auto [stop, error] = std::from_chars(node->scalar.data(), node->scalar.data() + node->scalar.size(), number);
  if (error != std::errc() || stop != node->scalar.data() + node->scalar.size())
    return problem(key, fmt::format("'{}' is not a number ({})", node->scalar, range));
  if (!(number >= low && number <= high)) return problem(key, fmt::format("{} is outside {}", number, range));
  member = number;
}

void Section::value(std::string_view key, std::vector<std::string>& member, std::string_view sentence) {
  if (listing()) return row(key, "list of texts", "", fmt::format("[{}]", fmt::join(member, ", ")), sentence);
  const Node* node = known(key);
  if (!node) return;
  if (node->kind == Node::Kind::scalar) {
    member = {node->scalar};
    return;
  }
  if (node->kind != Node::Kind::list) return problem(key, fmt::format("must be a list, not {}", kind_name(node->kind)));
  std::vector<std::string> values;
  for (const auto& item : node->items) {
    if (item.kind != Node::Kind::scalar) return problem(key, "must be a list of single values");
    values.push_back(item.scalar);
  }
  member = std::move(values);
}

void Section::pick(std::string_view key, size_t& index, const std::vector<std::string_view>& names, std::string_view sentence) {
  std::string range = fmt::format("{}", fmt::join(names, ", "));
  if (listing()) return row(key, "choice", range, index < names.size() ? std::string(names[index]) : "", sentence);
  const Node* node = scalar(key);
  if (!node) return;
  auto found = std::find(names.begin(), names.end(), node->scalar);
  if (found == names.end()) return problem(key, fmt::format("'{}' is not one of {}", node->scalar, range));
  index = static_cast<size_t>(found - names.begin());
}

void Section::parsed(std::string_view key, std::string_view type, std::string_view shown,
                     const std::function<Status(std::string_view)>& parse, std::string_view sentence) {
  if (listing()) return row(key, std::string(type), "", std::string(shown), sentence);
  const Node* node = scalar(key);
  if (!node) return;
  Status status = parse(node->scalar);
  if (!status) problem(key, fmt::format("'{}': {} (expected: {})", node->scalar, status.error().describe(), type));
}

void Section::section(std::string_view key, std::string_view sentence, const std::function<void(Section&)>& rows) {
  if (listing()) {
    row(key, "section", "", "", sentence);
    Section inner(path_of(key), rows_);
    return rows(inner);
  }
  Section inner(known(key), path_of(key), problems_);
  rows(inner);
}

bool Section::list_size(std::string_view key, size_t& count) {
  const Node* node = known(key);
  if (!node) return false;
  if (node->kind == Node::Kind::map) {  // a single element may stand without its dash
    count = 1;
    return true;
  }
  if (node->kind != Node::Kind::list) {
    problem(key, fmt::format("must be a list, not {}", kind_name(node->kind)));
    return false;
  }
  count = node->items.size();
  return true;
}

void Section::element(std::string_view key, std::string_view sentence, size_t index, const std::function<void(Section&)>& rows) {
  if (listing()) {
    row(key, "list", "", "", sentence);
    Section inner(path_of(key) + "[]", rows_);
    return rows(inner);
  }
  const Node* node = node_->find(key);
  const Node* item = node->kind == Node::Kind::map ? node : &node->items[index];
  Section inner(item, fmt::format("{}[{}]", path_of(key), index), problems_);
  rows(inner);
}

std::string to_markdown(const std::vector<Row>& rows) {
  std::string out = "| key | type | allowed | default | meaning |\n|---|---|---|---|---|\n";
  for (const auto& row : rows)
    fmt::format_to(std::back_inserter(out), "| `{}` | {} | {} | {} | {} |\n", row.path, row.type, row.range,
                   row.default_value.empty() ? "" : "`" + row.default_value + "`", row.sentence);
  return out;
}

namespace {

struct Schema {
  std::string name;
  const Row* row = nullptr;
  std::vector<Schema> members;
};

Schema& member_of(Schema& parent, std::string_view name) {
  auto found = std::ranges::find(parent.members, name, &Schema::name);
  if (found != parent.members.end()) return *found;
  parent.members.emplace_back().name = name;
  return parent.members.back();
}

std::string render(const Schema& schema) {
  std::string out = "{";
  if (schema.row) out += fmt::format("\"description\":{},", json_text(schema.row->sentence));
  bool list = schema.row && schema.row->type == "list";
  std::string type = schema.row ? schema.row->type : "section";
  if (type == "section" || list) {
    std::string members;
    for (const auto& member : schema.members) members += fmt::format("{}{}:{}", members.empty() ? "" : ",", json_text(member.name), render(member));
    std::string object = fmt::format("\"type\":\"object\",\"additionalProperties\":false,\"properties\":{{{}}}", members);
    out += list ? fmt::format("\"type\":\"array\",\"items\":{{{}}}", object) : object;
  } else if (type == "list of texts") {
    out += "\"type\":\"array\",\"items\":{\"type\":\"string\"}";
  } else if (type == "choice") {
    std::string names;
    std::istringstream words(schema.row->range);
    for (std::string word; std::getline(words >> std::ws, word, ',');) names += (names.empty() ? "" : ",") + json_text(word);
    out += fmt::format("\"enum\":[{}]", names);
  } else {
    out += fmt::format("\"type\":\"{}\"", type == "boolean" || type == "integer" || type == "number" ? type : "string");
  }
  return out + "}";
}

}  // namespace

std::string to_json_schema(const std::vector<Row>& rows, std::string_view title) {
  Schema root;
  for (const auto& row : rows) {
    Schema* at = &root;
    std::string_view path = row.path;
    while (!path.empty()) {
      size_t end = std::min(path.find('.'), path.size());
      std::string_view key = path.substr(0, end);
      path.remove_prefix(std::min(end + 1, path.size()));
      if (key.ends_with("[]")) key.remove_suffix(2);
      at = &member_of(*at, key);
    }
    at->row = &row;
  }
  std::string body = render(root);
  return fmt::format("{{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"title\":{},{}\n", json_text(title), body.substr(1));
}

}  // namespace sen::config
