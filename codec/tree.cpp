#include "codec/tree.h"

namespace sen::codec {

void Tree::enter(std::string_view name) {
  marks_.push_back(path_.size());
  if (!path_.empty()) path_ += '.';
  path_ += name;
}

void Tree::enter(size_t index) {
  marks_.push_back(path_.size());
  path_ += '[' + std::to_string(index) + ']';
}

void Tree::leave() {
  path_.resize(marks_.back());
  marks_.pop_back();
}

void Tree::opaque(std::string_view name, ByteView bytes) { add(name, to_hex(bytes), bytes.size() * 8); }

size_t Tree::opaque_bits() const {
  size_t sum = 0;
  for (const auto& leaf : leaves_) sum += leaf.opaque_bits;
  return sum;
}

std::string Tree::text() const {
  std::string out;
  for (const auto& leaf : leaves_) out += leaf.path + " = " + leaf.value + '\n';
  return out;
}

void Tree::add(std::string_view name, std::string value, size_t opaque_bits) {
  std::string path = path_;
  if (!name.empty()) {
    if (!path.empty()) path += '.';
    path += name;
  }
  leaves_.push_back({std::move(path), std::move(value), opaque_bits});
}

}  // namespace sen::codec
