// Octets of transport blocks, reused: after warm-up neither HARQ processes nor broadcast blocks allocate.
#pragma once

#include <array>
#include <bit>
#include <memory>
#include <vector>

#include "base/bytes.h"
#include "mac/limits.h"
#include "nr/slot.h"

namespace sen::mac::gnb {

// A block on loan from the pool.
struct Tb {
  std::unique_ptr<uint8_t[]> octets;
  uint32_t size = 0;
  uint8_t size_class = 0;

  std::span<uint8_t> span() { return {octets.get(), size}; }
  ByteView view() const { return {octets.get(), size}; }
};

class TbPool {
 public:
  Tb take(uint32_t size) {
    uint8_t size_class = static_cast<uint8_t>(std::bit_width(std::max(size, 1u) - 1));
    auto& shelf = free_[size_class];
    Tb tb{nullptr, size, size_class};
    if (shelf.empty()) {
      tb.octets = std::make_unique<uint8_t[]>(size_t{1} << size_class);
    } else {
      tb.octets = std::move(shelf.back());
      shelf.pop_back();
    }
    return tb;
  }
  void give(Tb& tb) {
    if (tb.octets) free_[tb.size_class].push_back(std::move(tb.octets));
    tb.size = 0;
  }

 private:
  std::array<std::vector<std::unique_ptr<uint8_t[]>>, 32> free_;
};

// Blocks that are sent once (system information, paging, responses): they live limit::tb_lifetime_slots.
class OneShotBlocks {
 public:
  void start_slot(nr::Slot slot) {
    now_ = slot.count() % limit::tb_lifetime_slots;
    used_[now_] = 0;
  }
  Bytes& take(size_t size) {
    auto& shelf = blocks_[now_];
    if (used_[now_] == shelf.size()) shelf.emplace_back();
    Bytes& block = shelf[used_[now_]++];
    block.resize(size);
    return block;
  }

 private:
  std::array<std::vector<Bytes>, limit::tb_lifetime_slots> blocks_;
  std::array<size_t, limit::tb_lifetime_slots> used_{};
  size_t now_ = 0;
};

// A vector of L1 PDUs whose elements keep their memory when the slot is cleared.
template <class T>
class Recycler {
 public:
  void clear(std::vector<T>& list) {
    while (!list.empty()) {
      spare_.push_back(std::move(list.back()));
      list.pop_back();
    }
  }
  T& add(std::vector<T>& list) {
    if (spare_.empty()) return list.emplace_back();
    list.push_back(std::move(spare_.back()));
    spare_.pop_back();
    return list.back();
  }

 private:
  std::vector<T> spare_;
};

}  // namespace sen::mac::gnb
