#include "base/packet.h"

#include "base/ensure.h"

namespace sen {

namespace detail {

struct PacketSlab {
  size_t limit;
  size_t capacity;
  size_t stride;
  size_t fresh = 0;                     // buffers that were never used; the rest is in the lists
  PacketBuffer* free = nullptr;         // of the pool's executor alone
  std::atomic<PacketBuffer*> returned;  // released, from any thread; taken whole by the executor, so no ABA
  std::atomic<size_t> references = 1;   // the pool and each packet
  std::unique_ptr<uint8_t[]> memory;
};

static void drop_reference(PacketSlab* slab) {
  if (slab->references.fetch_sub(1, std::memory_order_acq_rel) == 1) delete slab;
}

void release(PacketBuffer* buffer) {
  PacketSlab* slab = buffer->slab;
  buffer->next = slab->returned.load(std::memory_order_relaxed);
  while (!slab->returned.compare_exchange_weak(buffer->next, buffer, std::memory_order_release, std::memory_order_relaxed)) {
  }
  drop_reference(slab);
}

static PacketBuffer* take(PacketSlab& slab) {
  if (!slab.free) slab.free = slab.returned.exchange(nullptr, std::memory_order_acquire);
  PacketBuffer* buffer = slab.free;
  if (buffer) {
    slab.free = buffer->next;
  } else {
    if (slab.fresh == slab.limit) return nullptr;
    buffer = new (slab.memory.get() + slab.fresh++ * slab.stride) PacketBuffer{&slab, nullptr};
  }
  slab.references.fetch_add(1, std::memory_order_relaxed);
  return buffer;
}

}  // namespace detail

bool Packet::prepend(size_t n) {
  if (n > headroom()) return false;
  data_ -= n;
  size_ += n;
  return true;
}

bool Packet::append(size_t n) {
  if (n > tailroom()) return false;
  size_ += n;
  return true;
}

bool Packet::trim_front(size_t n) {
  if (n > size_) return false;
  data_ += n;
  size_ -= n;
  return true;
}

bool Packet::trim_back(size_t n) {
  if (n > size_) return false;
  size_ -= n;
  return true;
}

void Packet::reset(uint8_t* data, size_t size) {
  ensure(buffer_ && data >= buffer_->octets() && data <= end_ && size <= static_cast<size_t>(end_ - data));
  data_ = data;
  size_ = size;
}

PacketPool::PacketPool(size_t limit, size_t capacity) : slab_(new detail::PacketSlab) {
  slab_->limit = limit;
  slab_->capacity = capacity;
  slab_->stride = (sizeof(detail::PacketBuffer) + Packet::min_headroom + capacity + 63) / 64 * 64;
  slab_->returned = nullptr;
  slab_->memory = std::make_unique_for_overwrite<uint8_t[]>(limit * slab_->stride);
}

PacketPool::~PacketPool() { detail::drop_reference(slab_); }

Packet PacketPool::take(size_t size) {
  if (size > slab_->capacity) return {};
  detail::PacketBuffer* buffer = detail::take(*slab_);
  if (!buffer) return {};
  uint8_t* data = buffer->octets() + Packet::min_headroom;
  return Packet(buffer, data, size, data + slab_->capacity);
}

Packet PacketPool::copy(ByteView octets) {
  Packet packet = take(octets.size());
  if (packet && !octets.empty()) std::memcpy(packet.data(), octets.data(), octets.size());
  return packet;
}

size_t PacketPool::capacity() const { return slab_->capacity; }
size_t PacketPool::limit() const { return slab_->limit; }
size_t PacketPool::in_use() const { return slab_->references.load(std::memory_order_relaxed) - 1; }

}  // namespace sen
