// Objects with an index, reused with the memory that they hold inside: no allocation once there are as many as the traffic needs.
#pragma once

#include <cstdint>
#include <vector>

namespace sen::l2 {

template <class T>
class Pool {
 public:
  uint32_t acquire() {
    if (free_ == none) {
      nodes_.emplace_back();
      return static_cast<uint32_t>(nodes_.size() - 1);
    }
    uint32_t index = free_;
    free_ = nodes_[index].next;
    return index;
  }
  void release(uint32_t index) {
    nodes_[index].next = free_;
    free_ = index;
  }
  T& operator[](uint32_t index) { return nodes_[index].object; }
  const T& operator[](uint32_t index) const { return nodes_[index].object; }
  void clear() {
    std::vector<Node>().swap(nodes_);
    free_ = none;
  }

 private:
  static constexpr uint32_t none = ~0u;
  struct Node {
    T object;
    uint32_t next = none;
  };

  std::vector<Node> nodes_;
  uint32_t free_ = none;
};

}  // namespace sen::l2
