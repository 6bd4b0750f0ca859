#include "tests/vectors/alter.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace sen::vectors {

using nlohmann::json;

namespace {

bool only_of(const std::string& text, std::string_view characters) { return !text.empty() && text.find_first_not_of(characters) == std::string::npos; }

// Another value of the same kind; false for texts that are names.
bool alter_leaf(json& v, bool table) {
  if (v.is_boolean()) {
    v = !v.get<bool>();
  } else if (v.is_number_integer()) {
    v = v.get<int64_t>() + 1;
  } else if (v.is_number_float()) {
    v = v.get<double>() * 1.25 + 0.125;
  } else if (v.is_string()) {
    auto text = v.get<std::string>();
    bool number = table && only_of(text, "0123456789");
    if (number) {
      v = std::to_string(std::stoull(text) + 1);
    } else if (only_of(text, "01") || (text.size() >= 4 && text.size() % 2 == 0 && only_of(text, "0123456789abcdef"))) {
      char& c = text[text.size() / 2];
      c = c == '0' ? '1' : '0';
      v = text;
    } else {
      return false;
    }
  } else {
    return false;
  }
  return true;
}

class Alterer {
 public:
  Alterer(const std::filesystem::path& folder, const std::string& group, const std::string& id, json value, Run run, Alterations& out)
      : folder_(folder), group_(group), id_(id), value_(std::move(value)), run_(run), out_(out) {}

  void walk() { walk(value_, ""); }

 private:
  void walk(json& v, const std::string& path) {
    if (v.is_object() && v.contains("file")) {
      attempt(path, path);
    } else if (v.is_object()) {
      for (auto& [name, item] : v.items()) walk(item, path.empty() ? name : path + "." + name);
    } else if (v.is_array() && !v.empty() && v.front().is_structured()) {
      for (size_t i = 0; i < v.size(); ++i) walk(v[i], fmt::format("{}[{}]", path, i));
    } else {
      json& leaf = v.is_array() && !v.empty() ? v[v.size() / 2] : v;
      json before = leaf;
      if (!alter_leaf(leaf, group_ != "cases.json")) return;
      attempt(path, "");
      leaf = std::move(before);
    }
  }

  void attempt(const std::string& path, const std::string& file) {
    Case c(folder_, group_, id_, value_);
    c.alter_file(file);
    bool noticed = true;
    try {
      noticed = !run_(c).passed();
    } catch (const std::exception&) {
    }
    if (c.is_informative(path)) return;
    ++out_.made;
    out_.noticed += noticed;
    if (!noticed) ++out_.unnoticed[without_indices(path)];
  }

  const std::filesystem::path& folder_;
  const std::string &group_, &id_;
  json value_;
  Run run_;
  Alterations& out_;
};

}  // namespace

std::string without_indices(const std::string& path) {
  std::string out;
  bool inside = false;
  for (char c : path) {
    inside = (inside || c == '[') && c != ']';
    if (!inside && c != ']') out += c;
  }
  return out;
}

void alter_each(const std::filesystem::path& folder, const std::string& group, const std::string& id, const json& value, Run run, Alterations& out) {
  Alterer(folder, group, id, value, run, out).walk();
}

}  // namespace sen::vectors
