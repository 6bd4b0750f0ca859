// A queue in one array that grows by doubling and never shrinks: index 0 is the front. No allocation once it has grown to the traffic.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace sen::l2 {

template <class T>
class Ring {
 public:
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T& operator[](size_t i) { return slots_[(head_ + i) & (slots_.size() - 1)]; }
  const T& operator[](size_t i) const { return slots_[(head_ + i) & (slots_.size() - 1)]; }
  T& front() { return slots_[head_]; }
  const T& front() const { return slots_[head_]; }
  T& back() { return (*this)[size_ - 1]; }

  void push_back(T value) {
    if (size_ == slots_.size()) grow();
    slots_[(head_ + size_++) & (slots_.size() - 1)] = std::move(value);
  }
  void push_front(T value) {
    if (size_ == slots_.size()) grow();
    head_ = static_cast<uint32_t>((head_ - 1) & (slots_.size() - 1));
    ++size_;
    slots_[head_] = std::move(value);
  }
  T pop_front() {
    T value = std::exchange(slots_[head_], T{});
    head_ = static_cast<uint32_t>((head_ + 1) & (slots_.size() - 1));
    --size_;
    return value;
  }
  void clear() {
    while (!empty()) pop_front();
  }

 private:
  void grow() {
    std::vector<T> larger(slots_.empty() ? 8 : 2 * slots_.size());
    for (size_t i = 0; i < size_; ++i) larger[i] = std::move((*this)[i]);
    slots_ = std::move(larger);
    head_ = 0;
  }

  std::vector<T> slots_;
  uint32_t head_ = 0, size_ = 0;
};

}  // namespace sen::l2
