// Counts the calls of operator new of a test binary. Include it in one source file of it.
#pragma once

#include <atomic>
#include <cstdlib>
#include <new>

namespace sen::test {

inline std::atomic<size_t> allocations = 0;

inline void* allocate(size_t n, size_t alignment) {
  ++allocations;
  void* p = std::aligned_alloc(alignment, (n + alignment - 1) / alignment * alignment);
  if (!p) throw std::bad_alloc();
  return p;
}

// Of the second call: what is made at first use has been made.
template <class F>
size_t allocations_of(F&& f) {
  f();
  const size_t before = allocations;
  f();
  return allocations - before;
}

}  // namespace sen::test

__attribute__((noinline)) void* operator new(size_t n) { return sen::test::allocate(n, 16); }
__attribute__((noinline)) void* operator new(size_t n, std::align_val_t a) { return sen::test::allocate(n, static_cast<size_t>(a)); }
__attribute__((noinline)) void* operator new[](size_t n, std::align_val_t a) { return sen::test::allocate(n, static_cast<size_t>(a)); }
__attribute__((noinline)) void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, size_t) noexcept { operator delete(p); }
__attribute__((noinline)) void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete(void* p, size_t, std::align_val_t a) noexcept { operator delete(p, a); }
__attribute__((noinline)) void operator delete[](void* p, std::align_val_t) noexcept { std::free(p); }
