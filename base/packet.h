// Packet: one contiguous datagram in a pooled buffer, move-only, with room in front for the headers that lower layers put there.
// PacketPool: the buffers of one executor, all reserved at construction, up to a limit. take() and copy() run on that executor; a Packet
// may be released on any thread, and after its pool has gone. No locks; taking and releasing cost a few nanoseconds.
#pragma once

#include <atomic>
#include <memory>

#include "base/bytes.h"

namespace sen {

namespace detail {
struct PacketSlab;
struct PacketBuffer {
  PacketSlab* slab;
  PacketBuffer* next;
  uint8_t* octets() { return reinterpret_cast<uint8_t*>(this + 1); }
};
void release(PacketBuffer* buffer);
}  // namespace detail

class Packet {
 public:
  static constexpr size_t min_headroom = 128;

  Packet() = default;  // holds nothing
  Packet(Packet&& other) noexcept { swap(other); }
  Packet& operator=(Packet&& other) noexcept {
    Packet old(std::move(other));
    swap(old);
    return *this;
  }
  ~Packet() {
    if (buffer_) detail::release(buffer_);
  }

  explicit operator bool() const { return buffer_ != nullptr; }
  uint8_t* data() { return data_; }
  const uint8_t* data() const { return data_; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  ByteView view() const { return {data_, size_}; }
  std::span<uint8_t> span() { return {data_, size_}; }
  size_t headroom() const { return buffer_ ? static_cast<size_t>(data_ - buffer_->octets()) : 0; }
  size_t tailroom() const { return static_cast<size_t>(end_ - data_) - size_; }

  // Make room for n octets in front or behind (their content is undefined); false, without effect, when there is none.
  bool prepend(size_t n);
  bool append(size_t n);
  // Take n octets away; false, without effect, when the packet is shorter.
  bool trim_front(size_t n);
  bool trim_back(size_t n);
  // The octets [data, data + size) of the same buffer become the packet. Code that edits the buffer in place says so with this.
  void reset(uint8_t* data, size_t size);

  // DSCP and ECN octet for the IP header that carries this packet on the link (transport level marking, TS 29.281 and TS 29.244 8.2.12).
  uint8_t traffic_class = 0;

 private:
  friend class PacketPool;
  Packet(detail::PacketBuffer* buffer, uint8_t* data, size_t size, uint8_t* end) : buffer_(buffer), data_(data), end_(end), size_(size) {}
  void swap(Packet& other) noexcept {
    std::swap(traffic_class, other.traffic_class);
    std::swap(buffer_, other.buffer_);
    std::swap(data_, other.data_);
    std::swap(end_, other.end_);
    std::swap(size_, other.size_);
  }

  detail::PacketBuffer* buffer_ = nullptr;
  uint8_t* data_ = nullptr;
  uint8_t* end_ = nullptr;
  size_t size_ = 0;
};

class PacketPool {
 public:
  static constexpr size_t default_capacity = 2048;

  // `limit` buffers of `capacity` octets behind the headroom.
  explicit PacketPool(size_t limit, size_t capacity = default_capacity);
  ~PacketPool();
  PacketPool(const PacketPool&) = delete;

  // A packet of `size` undefined octets behind min_headroom octets of headroom; an empty Packet (false) when every buffer is in use or
  // size exceeds the capacity: the caller counts the refusal.
  Packet take(size_t size);
  Packet copy(ByteView octets);

  size_t capacity() const;
  size_t limit() const;
  size_t in_use() const;

 private:
  detail::PacketSlab* slab_;
};

}  // namespace sen
